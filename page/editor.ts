/** The editor of a cell: TypeScript with the kernel's completion and hover texts. */
import {
  acceptCompletion,
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, hoverTooltip, keymap } from "@codemirror/view";
import { tagHighlighter, tags } from "@lezer/highlight";
import { markdownToHtml } from "#nablab/html/markdown.js";
import { make } from "./places.ts";

/** An editor's requests to the kernel; undefined if it cannot answer. Positions are in code points. */
export interface Assistant {
  complete(code: string, cursor: number): Promise<Record<string, unknown> | undefined>;
  inspect(code: string, cursor: number): Promise<Record<string, unknown> | undefined>;
}

/** The classes of highlighted code on a page (src/cli/html/highlight.ts). */
const colours = tagHighlighter([
  { tag: [tags.keyword, tags.typeOperator, tags.modifier, tags.self, tags.bool, tags.null], class: "k" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], class: "s" },
  { tag: tags.number, class: "n" },
  { tag: tags.comment, class: "c" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], class: "f" },
]);

const codePoints = (text: string, units: number): number => [...text.slice(0, units)].length;
const units = (text: string, points: number): number => [...text].slice(0, points).join("").length;

const kinds: Record<string, string> = {
  method: "method",
  function: "function",
  class: "class",
  interface: "interface",
  keyword: "keyword",
  property: "property",
  type: "type",
  const: "constant",
  let: "variable",
  var: "variable",
};

export interface EditorOptions {
  code: string;
  label: string;
  assistant: Assistant;
  onChange(code: string): void;
  /** Runs the cell; with `next`, also moves to the one below. */
  onRun(next: boolean): void;
  onStop(): void;
}

/** An editor in place of the code in `place`. */
export function makeEditor(
  place: HTMLElement,
  { code, label, assistant, onChange, onRun, onStop }: EditorOptions,
): EditorView {
  const run = (next: boolean) => (): boolean => {
    onRun(next);
    return true;
  };
  const stop = (): boolean => {
    onStop();
    return true;
  };
  const state = EditorState.create({
    doc: code,
    extensions: [
      keymap.of([
        { key: "Shift-Enter", run: run(true) },
        { key: "Mod-Enter", run: run(false) },
        { key: "Ctrl-c", mac: "Ctrl-c", run: (view) => view.state.selection.main.empty && stop() },
        // Tab leaves the editor, as keyboard users need.
        { key: "Tab", run: acceptCompletion },
        { key: "Mod-]", run: indentMore },
        { key: "Mod-[", run: indentLess },
        ...closeBracketsKeymap,
        ...completionKeymap,
        ...historyKeymap,
        ...defaultKeymap,
      ]),
      history(),
      drawSelection(),
      indentOnInput(),
      indentUnit.of("  "),
      bracketMatching(),
      closeBrackets(),
      javascript({ typescript: true }),
      syntaxHighlighting(colours),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
      EditorView.updateListener.of((update) => update.docChanged && onChange(update.state.doc.toString())),
      autocompletion({ override: [(context) => completions(context, assistant)], activateOnTyping: true }),
      hoverTooltip((view, position) => hoverText(view, position, assistant), { hoverTime: 400 }),
    ],
  });
  place.replaceChildren();
  return new EditorView({ state, parent: place });
}

async function completions(
  context: CompletionContext,
  assistant: Assistant,
): Promise<CompletionResult | null> {
  const before = context.matchBefore(/[\p{ID_Continue}$]+|\.|["'/]/u);
  if (!context.explicit && !before) return null;
  const code = context.state.doc.toString();
  const reply = await assistant.complete(code, codePoints(code, context.pos));
  if (!reply || context.aborted) return null;
  const entries = ((reply.metadata as { _jupyter_types_experimental?: unknown })
    ?._jupyter_types_experimental ?? []) as {
    text: string;
    type: string;
  }[];
  if (entries.length === 0) return null;
  return {
    from: units(code, Number(reply.cursor_start)),
    to: context.pos,
    options: entries.map(({ text, type }) => ({ label: text, type: kinds[type] ?? "variable" })),
    validFor: /^[\p{ID_Continue}$]*$/u,
  };
}

async function hoverText(view: EditorView, position: number, assistant: Assistant) {
  const code = view.state.doc.toString();
  const word = view.state.wordAt(position);
  if (!word) return null;
  const reply = await assistant.inspect(code, codePoints(code, position));
  const data = (reply?.data ?? {}) as Record<string, string>;
  const text = data["text/markdown"] ?? data["text/plain"];
  if (!reply?.found || !text) return null;
  return {
    pos: word.from,
    end: word.to,
    above: true,
    create: () => ({ dom: make("div", { className: "hover", innerHTML: markdownToHtml(text) }) }),
  };
}
