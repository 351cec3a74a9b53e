// The Chromium that browser tests and benchmarks drive: one that the machine has. Nothing is downloaded.
import { existsSync } from "node:fs";
import path from "node:path";

/** The path of a Chromium or Chrome: that of NABLAB_CHROMIUM, else the first in the usual places. */
export function findChromium() {
  const named = process.env.NABLAB_CHROMIUM;
  if (named) {
    if (!existsSync(named)) throw new Error(`NABLAB_CHROMIUM names no file: ${named}`);
    return named;
  }
  return usualPlaces().find((file) => existsSync(file));
}

function usualPlaces() {
  if (process.platform === "darwin") {
    return ["Google Chrome", "Chromium", "Microsoft Edge"].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    );
  }
  if (process.platform === "win32") {
    const folders = ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"].flatMap(
      (name) => process.env[name] ?? [],
    );
    const programs = ["Google/Chrome/Application/chrome.exe", "Chromium/Application/chrome.exe"];
    const edge = "Microsoft/Edge/Application/msedge.exe";
    return [...programs, edge].flatMap((program) => folders.map((folder) => path.join(folder, program)));
  }
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
}
