/**
 * The Firefox that the browser tests drive, over WebDriver BiDi: one that the machine has. Nothing is downloaded.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { type Browser, launch } from "puppeteer-core";

/** The path of a Firefox: that of NABLAB_FIREFOX, else the first in the usual places. */
export function findFirefox(): string | undefined {
  const named = process.env.NABLAB_FIREFOX;
  if (named) {
    if (!existsSync(named)) throw new Error(`NABLAB_FIREFOX names no file: ${named}`);
    return named;
  }
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const places =
    process.platform === "darwin"
      ? ["/Applications/Firefox.app/Contents/MacOS/firefox"]
      : ["firefox", "firefox-esr"].flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return places.find((file) => existsSync(file));
}

/** Starts the machine's Firefox. */
export async function startFirefox(): Promise<Browser> {
  const executablePath = findFirefox();
  if (!executablePath) throw new Error("no Firefox found: install one, or set NABLAB_FIREFOX");
  return launch({ browser: "firefox", executablePath, headless: true });
}
