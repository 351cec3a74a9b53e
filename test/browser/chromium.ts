export { findChromium } from "../../scripts/lib/find-chromium.mjs";
