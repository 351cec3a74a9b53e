/**
 * The content of `kernel_info_reply`.
 */
import { type Content, protocolVersion } from "./message.js";

/**
 * @param versions of nablab and of TypeScript
 * @param platform the runtime, such as `Node 20.19.0`
 * @param links additional links of the Help menu
 */
export function kernelInfoReply(
  versions: { nablab: string; typescript: string },
  platform: string,
  links: readonly { text: string; url: string }[] = [],
): Content {
  const { nablab, typescript } = versions;
  return {
    status: "ok",
    protocol_version: protocolVersion,
    implementation: "nablab",
    implementation_version: nablab,
    language_info: {
      name: "typescript",
      version: typescript,
      mimetype: "text/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      // A string: for an object, JupyterLab assumes JavaScript and does not highlight interfaces.
      codemirror_mode: "typescript",
      nbconvert_exporter: "script",
    },
    banner: `nablab ${nablab}: TypeScript ${typescript} on ${platform}`,
    help_links: [
      { text: "TypeScript handbook", url: "https://www.typescriptlang.org/docs/handbook/intro.html" },
      ...links,
    ],
    debugger: false,
  };
}
