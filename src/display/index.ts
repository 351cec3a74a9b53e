export { type Displayable, displaySymbol, isDisplayable, type MimeBundle } from "./bundle.js";
