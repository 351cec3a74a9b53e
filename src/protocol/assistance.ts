/**
 * The editor's requests during typing: completions (Tab) and hover texts (Shift-Tab).
 *
 * Jupyter counts positions in code points, the compiler in UTF-16 units.
 */
import type * as TypeScript from "typescript";
import { withoutModules } from "../session/inner-names.js";
import type { CellRunner } from "../session/session.js";

/** The content of `complete_reply`. */
export function completeReply<Cell>(
  session: CellRunner<Cell>,
  code: string,
  cursor: number,
): Record<string, unknown> {
  const { start, end, entries } = session.complete(code, unitsOf(code, cursor));
  const from = codePointsOf(code, start);
  const to = codePointsOf(code, end);
  return {
    status: "ok",
    matches: entries.map(({ name }) => name),
    cursor_start: from,
    cursor_end: to,
    metadata: {
      _jupyter_types_experimental: entries.map(({ name, kind }) => ({
        start: from,
        end: to,
        text: name,
        type: kind,
      })),
    },
  };
}

/** The content of `inspect_reply`. */
export function inspectReply<Cell>(
  session: CellRunner<Cell>,
  code: string,
  cursor: number,
): Record<string, unknown> {
  const at = unitsOf(code, cursor);
  // With the cursor after a name, use that name.
  const info = session.inspect(code, at) ?? (at > 0 ? session.inspect(code, at - 1) : undefined);
  if (!info?.displayParts?.length) return { status: "ok", found: false, data: {}, metadata: {} };
  // Names of earlier cells are imported by a line that the reader did not write.
  const signature = withoutModules(text(info.displayParts))
    .replace(/^\(alias\) /, "")
    .replace(/\nimport \S+$/, "");
  const documentation = text(info.documentation);
  const tags = (info.tags ?? []).map(({ name, text: parts }) => ({ name, text: text(parts) }));
  const plain = [signature, documentation, ...tags.map((tag) => `@${tag.name} ${tag.text}`.trimEnd())];
  const markdown = [
    `\`\`\`typescript\n${signature}\n\`\`\``,
    documentation,
    ...tags.map((tag) =>
      tag.name === "example" ? `\`\`\`typescript\n${tag.text}\n\`\`\`` : `*@${tag.name}* ${tag.text}`,
    ),
  ];
  const join = (blocks: string[]): string => blocks.filter((block) => block !== "").join("\n\n");
  return {
    status: "ok",
    found: true,
    data: { "text/plain": join(plain), "text/markdown": join(markdown) },
    metadata: {},
  };
}

/** A name followed by a question mark: not TypeScript, but how notebooks look up documentation. */
const question = /^\s*([\p{ID_Start}$_][\p{ID_Continue}$.]*)\s*\?\s*$/u;

/** The answer to a cell such as `console.log?`: its type and documentation; undefined for any other cell. */
export function helpFor<Cell>(session: CellRunner<Cell>, code: string): Record<string, string> | undefined {
  const [, name] = question.exec(code) ?? [];
  if (name === undefined) return undefined;
  const data = inspectReply(session, name, [...name].length).data as Record<string, string>;
  // The compiler gives unknown names the type any.
  const unknown = data["text/plain"] === undefined || data["text/plain"] === "any";
  return unknown ? { "text/plain": `nothing is called ${name}` } : data;
}

/** Whether a cell looks up a name, as `console.log?` does. */
export const isQuestion = (code: string): boolean => question.test(code);

const text = (parts: readonly TypeScript.SymbolDisplayPart[] = []): string =>
  parts.map((part) => part.text).join("");

const unitsOf = (code: string, codePoints: number): number => [...code].slice(0, codePoints).join("").length;
const codePointsOf = (code: string, units: number): number => [...code.slice(0, units)].length;
