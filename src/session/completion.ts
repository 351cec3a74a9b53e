/**
 * Completions in a cell: those of the compiler, and candidates it cannot know of: names of earlier cells that the cell does
 * not mention yet, exports of nablab, files.
 */
import type * as TypeScript from "typescript";
import type { CellNames } from "./cell-names.js";
import type { HostFiles } from "./host.js";

/** Completions at a position: the range of code they replace, and the candidates, best first. */
export interface Completions {
  start: number;
  end: number;
  entries: { name: string; kind: string }[];
}

/** The cell as the compiler sees it, and the position. */
export interface CompletionRequest {
  service: TypeScript.LanguageService;
  /** The file that contains the cell, and the offset of the cell in it. */
  file: string;
  offset: number;
  source: string;
  position: number;
  names: CellNames;
  files: HostFiles;
}

interface Candidate {
  name: string;
  kind: string;
  /** Candidates are sorted by it. */
  sortText: string;
}

/** An import clause without its module. */
const openImport = /(?:^|[\n;])\s*(?:import|export)\s+(type\s+)?(?:[\p{ID_Continue}$]+\s*,\s*)?\{[^}"'`]*$/u;
/** An unfinished module specifier. */
const moduleName = /(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*(["'`])([^"'`\n]*)$/;
/** An unfinished string, and the function that it is passed to. */
const openText = /(?:([\p{ID_Continue}$]+)\s*\(\s*)?(["'`])((?:(?!\2)[^\\\n])*)$/u;
/** Functions that take a file name. */
const takesFile =
  /file|dir|path|read|write|load|save|open|stat|exist|csv|json|npy|npz|idx|image|tensors|append|copy|unlink|rm/i;

export function completionsAt(request: CompletionRequest): Completions {
  const { service, file, offset, source, position } = request;
  const head = source.slice(0, position);
  const info = service.getCompletionsAtPosition(file, offset + position, {
    includeCompletionsForModuleExports: false,
  });
  const typed = /[\p{ID_Continue}$]*$/u.exec(head)![0];
  const span = info?.optionalReplacementSpan ?? info?.entries[0]?.replacementSpan;
  const word = span
    ? { start: span.start - offset, end: span.start - offset + span.length }
    : { start: position - typed.length, end: position };

  const [, , specifier] = moduleName.exec(head) ?? [];
  if (specifier !== undefined) return inModuleName(request, info?.entries ?? [], specifier);
  if (!info?.isMemberCompletion && openImport.test(head) && !/^[^;\n]*\bfrom\b/.test(source.slice(position)))
    return ranked(word, source.slice(word.start, position), nablabExports(request, "both"));
  const entries = info?.entries ?? [];
  const [, callee = "", , text] = openText.exec(head) ?? [];
  if (text !== undefined && entries.length === 0 && (takesFile.test(callee) || /^(\.{0,2}\/|~)/.test(text)))
    return inPath(request, text);

  const found = new Map<string, Candidate>(entries.map((entry) => [entry.name, entry]));
  const place = info && !info.isMemberCompletion ? placeOf(found) : undefined;
  if (place) {
    for (const [name, { kind, value, type }] of request.names.entries()) {
      if (place === "type" ? !type : !value) continue;
      const known = found.get(name);
      if (!known || known.kind === "alias") found.set(name, { name, kind, sortText: "11" });
    }
    for (const candidate of nablabExports(request, place))
      if (!found.has(candidate.name)) found.set(candidate.name, candidate);
  }
  return ranked(word, source.slice(word.start, position), found.values());
}

/** What the candidates are: values, types, or something else, such as property names. */
function placeOf(found: ReadonlyMap<string, Candidate>): "value" | "type" | undefined {
  // Both lists contain it, one as a type, the other as a variable.
  const kind = found.get("undefined")?.kind;
  return kind === "keyword" ? "type" : kind === "var" ? "value" : undefined;
}

/** The candidates that match the typed text, best first. */
function ranked(
  { start, end }: { start: number; end: number },
  wanted: string,
  candidates: Iterable<Candidate>,
): Completions {
  // `ma` also matches `flatMap`.
  const hump = wanted.charAt(0).toUpperCase() + wanted.slice(1);
  const entries = [...candidates]
    .filter(({ name }) => !name.includes("·") && name !== "JSX")
    .filter(({ name }) => name.toLowerCase().startsWith(wanted.toLowerCase()) || name.includes(hump))
    .map((entry) => ({ ...entry, rank: (entry.name.startsWith(wanted) ? "0" : "1") + entry.sortText }))
    .sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0))
    .map(({ name, kind }) => ({ name, kind }));
  return { start, end, entries };
}

const exportsOf = new Map<string, Candidate[]>();
const exported =
  /^export (?:declare )?(?:abstract )?(function|const|let|class|interface|type|enum|namespace) ([\p{ID_Start}$_][\p{ID_Continue}$]*)/gmu;
const onlyTypes = new Set(["interface", "type"]);
const alsoTypes = new Set(["interface", "type", "class", "enum", "namespace"]);

/** The exports of nablab, read from its declarations without type-checking them. */
function nablabExports({ files }: CompletionRequest, place: "value" | "type" | "both"): Candidate[] {
  const all = allExports(files);
  if (place === "both") return all;
  return all.filter(({ kind }) => (place === "type" ? alsoTypes.has(kind) : !onlyTypes.has(kind)));
}

/** The names of nablab's exports, values first. */
export const nablabNames = (files: HostFiles): string[] =>
  allExports(files)
    .sort((a, b) => Number(onlyTypes.has(a.kind)) - Number(onlyTypes.has(b.kind)))
    .map(({ name }) => name);

function allExports(files: HostFiles): Candidate[] {
  const file = files.declarationsOf("nablab", "");
  if (file === undefined) return [];
  let all = exportsOf.get(file);
  if (!all) {
    const text = files.system.readFile(file) ?? "";
    all = [...text.matchAll(exported)].map(([, kind, name]) => ({
      name: name!,
      kind: kind!,
      sortText: "16",
    }));
    all = [...new Map(all.map((one) => [one.name, one])).values()];
    exportsOf.set(file, all);
  }
  return all;
}

/** After `from "`: the compiler's completions, nablab, and files. */
function inModuleName(
  request: CompletionRequest,
  entries: readonly TypeScript.CompletionEntry[],
  specifier: string,
): Completions {
  const relative = /^\.{0,2}\//.test(specifier);
  const folder = specifier.slice(0, specifier.lastIndexOf("/") + 1);
  const begun = relative ? specifier.slice(folder.length) : specifier;
  const place = { start: request.position - begun.length, end: request.position };
  const own = relative ? [] : [{ name: "nablab", kind: "module", sortText: "0" }];
  const theirs = entries
    .filter(({ name }) => !name.includes("["))
    // For `fs/promises` the compiler offers `promises` after `fs/`.
    .map((entry) => ({
      ...entry,
      name: relative || entry.name.startsWith(folder) ? entry.name : folder + entry.name,
    }));
  return ranked(place, begun, new Map([...own, ...theirs].map((one) => [one.name, one])).values());
}

/** Files and folders that can complete a path. */
function inPath({ files, position }: CompletionRequest, text: string): Completions {
  const at = text.lastIndexOf("/") + 1;
  const begun = text.slice(at);
  const folder = text.startsWith("/") ? text.slice(0, at) : `${files.cwd}/${text.slice(0, at)}`;
  const candidates: Candidate[] = [];
  try {
    const { system } = files;
    for (const name of system.getDirectories(folder))
      candidates.push({ name: `${name}/`, kind: "folder", sortText: "1" });
    for (const path of system.readDirectory(folder, undefined, undefined, undefined, 1))
      candidates.push({ name: path.slice(path.lastIndexOf("/") + 1), kind: "file", sortText: "0" });
  } catch {
    // There is no such folder.
  }
  const shown = candidates.filter(({ name }) => name.startsWith(".") === begun.startsWith("."));
  return ranked({ start: position - begun.length, end: position }, begun, shown);
}
