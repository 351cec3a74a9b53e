/**
 * Who we are: the content of `kernel_info_reply`.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "./own-packages.js";
import { typeScriptVersion } from "./typescript.js";
import { protocolVersion } from "./wire.js";

export function kernelInfo(): Record<string, unknown> {
  const { version } = JSON.parse(readFileSync(path.join(packageRoot, "package.json"), "utf8"));
  const typescript = typeScriptVersion();
  return {
    status: "ok",
    protocol_version: protocolVersion,
    implementation: "nablab",
    implementation_version: version,
    language_info: {
      name: "typescript",
      version: typescript,
      mimetype: "text/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      // A string: given an object, JupyterLab takes JavaScript, and interfaces lose their colours.
      codemirror_mode: "typescript",
      nbconvert_exporter: "script",
    },
    banner: `nablab ${version}: TypeScript ${typescript} on Node ${process.versions.node}`,
    help_links: [
      { text: "TypeScript handbook", url: "https://www.typescriptlang.org/docs/handbook/intro.html" },
      { text: "Node.js", url: "https://nodejs.org/api/" },
    ],
    debugger: false,
  };
}
