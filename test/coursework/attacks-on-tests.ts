/**
 * What answers may try against the tests that call them: cells of the assignment's (`data`), what a student writes, and a test,
 * which must end as `ends` says whatever was written. All run in one process: each has names of its own.
 */
export interface AttackOnTest {
  name: string;
  /** The sentence of the manual that it tries the opposite of. */
  says: string;
  /** A locked cell, before. */
  data?: string;
  /** What a student writes, a cell each. */
  code: readonly string[];
  /** How the last of these cells ends, where that is not without an error. */
  is?: RegExp;
  test: string;
  /** How the test ends: its error, or its value. */
  ends: RegExp;
  /** What it prints, to whichever stream. */
  prints?: RegExp;
}

const close = (call: string, expected: string): string =>
  `import { checkClose } from "nablab"; checkClose("x", ${call}, ${expected}); 7`;
const wrong = /^CheckFailed: x: expected /;

/** What an answer of 41 tries to be taken for 42: a cell each, and how it ends where that is with an error. */
const takenFor42: [says: string, name: string, code: string, is?: RegExp][] = [
  [
    "C1",
    "options that inherit a tolerance",
    "(Object.prototype as any).tolerance = 1e9; function answer() { return 41; }",
    /^TypeError: Cannot add property/,
  ],
  [
    "C1",
    "options whose prototype has another",
    "try { Object.setPrototypeOf(Object.prototype, { tolerance: 1e9 }); } catch {} function answer() { return 41; }",
  ],
  [
    "C1",
    "stacks prepared by another",
    "function answer() { return 41; } Error.prepareStackTrace = () => 42;",
    /cannot be changed/,
  ],
  [
    "C1",
    "stacks without lines",
    "function answer() { return 41; } Error.stackTraceLimit = 0;",
    /^TypeError: Cannot assign/,
  ],
  [
    "C1",
    "a clock that stands still",
    "function answer() { return 41; } (performance as any).now = () => 0;",
    /cannot be changed/,
  ],
  [
    "C7",
    "a length that changes",
    "let looks = 0; function answer(): any { return { get length() { return looks++ ? 0 : 1; }, 0: 41, [Symbol.iterator]: function* () { yield 41; } }; }",
  ],
  [
    "C7",
    "a proxy of a list with a primitive",
    "function answer(): any { return new Proxy([41], { get: (list: any, key) => (key === Symbol.toPrimitive ? () => 42 : list[key]) }); }",
  ],
  [
    "C7",
    "a function that is any property",
    "function answer(): any { return new Proxy(function () {}, { get: () => 42, apply: () => 42 }); }",
  ],
  [
    "C7",
    "a number by every conversion",
    "function answer(): any { return { toJSON: () => 42, valueOf: () => 42, toString: () => '42' }; }",
  ],
  [
    "C7",
    "a list of another species",
    "class Kind extends Array { static override get [Symbol.species](): any { return function () { return [42]; }; } } function answer(): any { return Kind.from([41]); }",
  ],
  [
    "C7",
    "numbers that say there are none",
    "class Few extends Float64Array { override get length() { return 0; } } function answer(): any { return new Few([41]); }",
  ],
  [
    "T1",
    "what was collected",
    "const gone = new FinalizationRegistry((held) => console.log(held)); for (let i = 0; i < 1e4; i++) gone.register({}, 1); function answer() { return 41; }",
  ],
  [
    "T1",
    "what was handed over, weakly",
    "let weak: any; function answer(x?: object) { weak ??= new WeakRef(x ?? {}); return 41; }",
  ],
  [
    "C7",
    "a wait in the thread",
    "function answer() { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100); return 41; }",
  ],
  [
    "C7",
    "a wait beside the thread",
    "(Atomics as any).waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5).value.then(() => { (globalThis as any).answer = () => 42; }); function answer() { return 41; }",
  ],
  [
    "C7",
    "steps that go on for ever",
    "async function* steps() { for (;;) { await new Promise((go) => setTimeout(go, 1)); yield 42; } } void (async () => { for await (const step of steps()) (globalThis as any).answer = () => step; })(); function answer() { return 41; }",
  ],
  [
    "T3",
    "what matched last",
    "/(4)(2)/.exec('42'); function answer(): any { return Number((RegExp as any).$1 ?? (RegExp as any)['$&'] ?? 41); }",
  ],
  [
    "S2",
    "code of text behind a label",
    "function answer() { return 41; } out: for (;;) { try { (0, eval)('answer = () => 42'); } catch { break out; } }",
  ],
  [
    "S2",
    "a module of data by changing attributes",
    "function answer() { return 41; } const place: string = 'data:application/json,42'; await import(place, { get with() { return { type: 'json' }; } } as any);",
    /is not allowed/,
  ],
  ["S1", "bindings", "function answer() { return 41; } (process as any).binding('fs');", /is not allowed/],
  [
    "C8",
    "lines and writes like the grader's",
    "function answer() { process.stdout.write('✓ x\\n3 of 3 points\\n'); return 41; }",
  ],
  [
    "C8",
    "thirty million characters",
    "function answer() { for (let i = 0; i < 300; i++) console.log('z'.repeat(1e5)); return 41; }",
  ],
  [
    "C7",
    "a stack filled by checks",
    "import { checkThat as fill } from 'nablab'; function filled(): void { fill('z', true); filled(); } function answer() { try { filled(); } catch {} return 41; }",
  ],
  [
    "C7",
    "a thenable that resolves at once",
    "function answer(): any { return { then(done: (x: number) => void) { done(42); } }; }",
  ],
  [
    "N4",
    "keys and what they inherit",
    "const key: any = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, ['encrypt']); const met = new Set<unknown>(); const walk = (x: any, depth: number): void => { if (Object(x) !== x || met.has(x) || depth > 6) return; met.add(x); for (const name of Reflect.ownKeys(x)) { if (/Readable|Socket|binding/i.test(String(name))) console.log('GOT', name); try { walk(x[name], depth + 1); } catch {} } walk(Object.getPrototypeOf(x), depth + 1); }; walk(key, 0); function answer() { return 41; }",
  ],
];

export const attacksOnTests: readonly AttackOnTest[] = [
  ...takenFor42.map(([says, name, code, is], i) => ({
    name,
    says,
    code: [code.replace(/\banswer\b/g, `taken${i}`)],
    ...(is && { is }),
    test: close(`taken${i}()`, "42"),
    ends: wrong,
  })),
  {
    name: "standard error behind a flood",
    says: "C8",
    code: ["function flooded() { console.log('y'.repeat(2e6)); }"],
    test: 'flooded(); console.error("WRONG")',
    ends: /^$/,
    prints: /WRONG\n/,
  },
  {
    name: "standard error where the stack was full while something was printed",
    says: "C8",
    code: ["function full(): void { try { full(); } catch { console.log('d'); } }"],
    test: 'full(); console.error("WRONG")',
    ends: /^$/,
    prints: /WRONG\n/,
  },
  {
    name: "a variable called as what the test expects",
    says: "T2",
    code: ["var expected: any; function answer1() { return expected; }"],
    test: `const expected = 42; ${close("answer1()", "expected")}`,
    ends: wrong,
  },
  {
    name: "variables called as whatever the test may declare",
    says: "T2",
    code: [
      "var truth: any, right1: any, table1: any, Model1: any; function answer2() { return truth ?? right1?.() ?? table1 ?? Model1?.is; }",
    ],
    test: `let [truth] = [5]; function right1() { return 5; } var table1 = 5; class Model1 { static is = 5; } ${close("answer2()", "truth")}`,
    ends: wrong,
  },
  {
    name: "a variable called as what a test before has declared",
    says: "T2",
    data: "const before3 = 1;",
    code: [
      "function early3() { return 0; }",
      "declare var later3: any; function answer3() { return later3; }\nexport {};",
    ],
    test: `const later3 = 43; ${close("answer3()", "later3")}`,
    ends: /^(CheckFailed|ReferenceError)/,
  },
  {
    name: "a variable that another file holds",
    says: "T2",
    code: ['import { held4 } from "./held"; function answer4() { return held4; }'],
    test: `const held4 = 44; ${close("answer4()", "held4")}`,
    ends: wrong,
  },
  {
    name: "what a test writes to standard error, kept from it",
    says: "C8",
    code: ["console.error = console.log = () => {}; console.warn = () => {};"],
    test: 'console.error("WRONG"); console.warn("WRONG TOO"); console.log("told")',
    ends: /^$/,
    prints: /WRONG\n[\s\S]*WRONG TOO\n[\s\S]*told\n/,
  },
  {
    name: "what a test prints, read",
    says: "C8",
    code: [
      "let seen6: unknown; console.log = (...all: unknown[]) => { seen6 = all[0]; }; function answer6(): any { return seen6; }",
    ],
    test: `console.log(46); ${close("answer6()", "46")}`,
    ends: wrong,
  },
  {
    name: "the console of the global object",
    says: "C8",
    code: ["(globalThis as any).console = { error() {}, log() {} }; (globalThis as any).extra7 = 1;"],
    test: 'globalThis.console.error("WRONG"); typeof (globalThis as any).extra7',
    ends: /^'undefined'$/,
    prints: /WRONG/,
  },
  {
    name: "the class of consoles",
    says: "C8",
    code: ["Object.getPrototypeOf(console).error = () => {};"],
    is: /Cannot assign to read only property|cannot be changed|Cannot add property/,
    test: 'console.error("WRONG")',
    ends: /^$/,
    prints: /WRONG/,
  },
  {
    name: "Infinity as another number",
    says: "C2",
    code: ["const Infinity = 5;"],
    is: /^SyntaxError: Infinity cannot be changed/,
    test: "[Infinity, NaN, typeof undefined].join()",
    ends: /^'Infinity,NaN,undefined'$/,
  },
  {
    name: "undefined as a number",
    says: "C2",
    code: ["%check off\nvar undefined: any = 5;"],
    is: /^SyntaxError: undefined cannot be changed/,
    test: "[Infinity, NaN, typeof undefined].join()",
    ends: /^'Infinity,NaN,undefined'$/,
  },
  {
    name: "Math as an enum that is only said to be there",
    says: "C2",
    code: ["%check on\ndeclare const enum Math { PI = 3 }"],
    is: /^SyntaxError: Math cannot be changed/,
    test: "Math.PI",
    ends: /^3.14/,
  },
  {
    name: "Number as a variable that is only said to be there",
    says: "C2",
    code: ["%check off\ndeclare let Number: any; Number = { EPSILON: 1 };"],
    is: /^SyntaxError: Number cannot be changed/,
    test: "Number.EPSILON",
    ends: /^2.2/,
  },
  {
    name: "an enum of the assignment, as one whose values are compiled in",
    says: "C3",
    data: "enum Kind13 { a = 1, b = 2 }",
    code: ["%check on\ndeclare const enum Kind13 { a = 5, b = 6 }"],
    is: /^SyntaxError: Kind13 is the assignment's/,
    test: "[Kind13.a, Kind13.b].join()",
    ends: /^'1,2'$/,
  },
  {
    name: "a function of the assignment, only said to be there",
    says: "C3",
    data: "const right14 = (x: number) => 2 * x;",
    code: ["declare function right14(x: number): string;"],
    is: /^SyntaxError: right14 is the assignment's/,
    test: "right14(5)",
    ends: /^10$/,
  },
  ...[
    "namespace N15 { export const wrong = (x: number) => 6; }\nimport right14 = N15.wrong;",
    "export default function right14() { return 6; }",
    "const mine16 = () => 6; export { mine16 as right14 };",
    'export * as right14 from "nablab";',
    "%check off\nusing right14 = { [Symbol.dispose]() {} } as any;",
    "%check off\nright14 ||= () => 6; right14 &&= () => 6;",
    "%check off\nfor (right14 of [() => 6]) {}",
    "%check on\ndeclare global { var right14: any; }",
  ].map((code, i) => ({
    name: `a function of the assignment, by ${code.replace(/^%check o(n|ff)\n/, "").slice(0, 30)}…`,
    says: "C3",
    code: [code],
    is: /assignment|Assignment|^$/,
    test: `right14(${i})`,
    ends: new RegExp(`^${2 * i}$`),
  })),
  {
    name: "a module of the assignment",
    says: "C3",
    data: "/** @module model17 */\nexport const right17 = (x: number) => 2 * x;",
    code: ["/** @module model17 */\nexport const right17 = (x: number) => 6;"],
    is: /^SyntaxError: the module model17 is there already/,
    test: 'import { right17 } from "./model17"; right17(5)',
    ends: /^10$/,
  },
  {
    name: "a module that lies beside the notebook",
    says: "C3",
    code: ["/** @module helper18 */\nexport const right18 = (x: number) => 6;"],
    is: /^SyntaxError: the module helper18 is there already/,
    test: 'import { right18 } from "./helper18"; right18(5)',
    ends: /^10$/,
  },
  {
    name: "the names of Node's globals, with another meaning",
    says: "C4",
    code: [
      "const performance = { now: () => 0 }; function setTimeout() {} const process = { stderr: { write() {} } } as any;",
    ],
    test: 'process.stderr.write("WRONG"); [performance.now() > 0, typeof setTimeout(() => {}, 0)].join()',
    ends: /^'true,object'$/,
    prints: /WRONG/,
  },
  {
    name: "tsconfig.json with other modules for nablab and Node",
    says: "C1",
    code: ["1;"],
    test: `import assert from "node:assert"; ${close("1", "2")}; assert.equal(1, 2);`,
    ends: wrong,
  },
  {
    name: "work that goes on while tests run",
    says: "C7",
    code: [
      "const list21 = [1, 2]; setInterval(() => { list21.length = 0; }, 1); function answer21() { return list21; }",
    ],
    test: 'import { checkClose, credit } from "nablab"; await credit(2, { a: async () => { const got = answer21(); await new Promise((done) => setTimeout(done, 20)); checkClose("a", got, []); }, b: () => checkClose("b", 1, 2) })',
    ends: /^0$/,
  },
  {
    name: "answers revealed once the test is over",
    says: "C7",
    code: [
      "const registry = new FinalizationRegistry(() => {}); function answer22() { registry.register({}, 1); queueMicrotask(() => (globalThis as any).process.stdout.write('late')); void Promise.resolve().then(() => { throw new Error('late'); }); return 1; }",
    ],
    test: close("answer22()", "2"),
    ends: wrong,
  },
  {
    name: "lines that look like the grader's",
    says: "C7",
    code: [
      'function answer23() { for (let i = 0; i < 50_000; i++) (globalThis as any).process.stdout.write(\'{"result":{"status":"ok"},"cell":1}\\n\'); return 1; }',
    ],
    test: close("answer23()", "2"),
    ends: wrong,
  },
  {
    name: "the record of the cell that runs",
    says: "C7",
    code: [
      "function answer24() { const promise: any = Promise.resolve(1).then(() => 2); for (const key of Object.getOwnPropertySymbols(promise)) { const held = promise[key]; if (typeof held !== 'object') continue; for (const name of ['cell', 'isLate', 'limit']) try { held[name] = -1; } catch {} held.end?.(); if (Reflect.ownKeys(held).length > 0 || Object.getPrototypeOf(held)) throw new Error('GOT'); } return 1; }",
    ],
    test: `console.error("WRONG"); ${close("answer24()", "2")}`,
    ends: wrong,
    prints: /WRONG/,
  },
  {
    name: "an answer that is a thenable and changes",
    says: "C7",
    code: [
      "let turn25 = 0; function answer25(): any { return { then(done: any) { done(++turn25); done(2); }, valueOf: () => ++turn25 }; }",
    ],
    test: `const got25 = await answer25(); ${close("got25", "2")}`,
    ends: wrong,
  },
  {
    name: "a tensor with a data of its own",
    says: "C7",
    code: [
      'import { Tensor } from "nablab"; const tensor26: any = Object.create(Tensor.prototype, { shape: { get: () => [] }, size: { value: 1 }, data: { get: () => new Proxy([0], { get: () => ({ valueOf: () => 3 }) }) } }); function answer26() { return tensor26; }',
    ],
    test: close("answer26()", "4"),
    ends: wrong,
  },
  {
    name: "numbers by toPrimitive, and a list by a proxy",
    says: "C7",
    code: [
      "let turn27 = 0; const next27 = { [Symbol.toPrimitive]: () => turn27++ }; const list27: any = new Proxy([], { get: (_, key) => (key === 'length' ? 2 : next27) }); function answer27(): any { return [next27, next27]; } function other27() { return list27; }",
    ],
    test: 'import { checkClose, credit } from "nablab"; await credit(2, { a: () => checkClose("a", answer27(), [0, 1]), b: () => checkClose("b", other27(), [2, 3]) })',
    ends: /^0$/,
  },
  {
    name: "true as an object",
    says: "C7",
    code: ["function answer28(): any { return new Boolean(true); }"],
    test: 'import { checkThat } from "nablab"; checkThat("x", answer28());',
    ends: /^CheckFailed: x: expected true or false/,
  },
  {
    name: "an error of another class by a proxy",
    says: "C7",
    code: [
      "function answer29(): any { throw new Proxy(new RangeError('eta'), { get: (error: any, key) => (key === 'name' ? 'TypeError' : error[key]) }); }",
    ],
    test: 'import { checkThrows } from "nablab"; checkThrows("x", () => answer29(), { type: TypeError });',
    ends: /^CheckFailed: x: expected a TypeError/,
  },
  {
    name: "not a number, and more than any",
    says: "C7",
    code: ["function answer30(): any { return [NaN, Infinity, -0]; }"],
    test: close("answer30()", "[1, 1e308, 0]"),
    ends: wrong,
  },
  {
    name: "the exports of nablab, defined anew",
    says: "C1",
    code: [
      'import * as all31 from "nablab"; for (const change of [() => Object.defineProperty(all31, "checkClose", { value: () => {} }), () => Object.setPrototypeOf(all31, {}), () => Reflect.set(all31, "checkClose", 1)]) try { if (change() === true) console.log("GOT"); } catch {}',
      'export * from "nablab"; export { sgd as checkClose } from "nablab";',
    ],
    test: close("1", "2"),
    ends: wrong,
  },
  ...[
    ["a value that is another one as JSON", "({ toJSON: () => 2, valueOf: () => 1 })"],
    [
      "a value that is another one by hint",
      "({ [Symbol.toPrimitive]: (hint: string) => (hint === 'number' ? 2 : 'x') })",
    ],
    ["a number as an object", "Object.defineProperty(new Number(1), 'valueOf', { value: () => 2 })"],
    ["a large whole number", "2n"],
    ["what inherits the number", "Object.create(Object(2))"],
  ].map(([name, value], i) => ({
    name: name!,
    says: "C7",
    code: [`function single${i}(): any { return ${value}; }`],
    test: close(`single${i}()`, "2"),
    ends: wrong,
  })),
  ...[
    ["a list that inherits its entries", "Object.create([1, 2])"],
    ["steps instead of a list", "(function* () { yield 1; yield 2; })()"],
    [
      "a list with steps of its own",
      "Object.defineProperty([9, 9], Symbol.iterator, { value: function* () { yield 1; yield 2; } })",
    ],
    ["a list that maps to another", "Object.defineProperty([9, 9], 'map', { value: () => [1, 2] })"],
    [
      "a list that changes as it is read",
      "new Proxy(new Float64Array(2), { get: (list: any, key) => (key === 'length' ? 2 : key === '0' ? 1 : key === '1' ? 2 : list[key]) })",
    ],
    [
      "a buffer that shrinks",
      "(() => { const buffer: any = new (ArrayBuffer as any)(16, { maxByteLength: 16 }); const list = new Float64Array(buffer); buffer.resize(0); return list; })()",
    ],
    [
      "a buffer that was given away",
      "(() => { const list = new Float64Array([1, 2]); structuredClone(list.buffer, { transfer: [list.buffer] }); return list; })()",
    ],
    ["an object with a shape", "({ shape: [2], data: [1, 2], length: 2, 0: 1, 1: 2 })"],
  ].map(([name, value], i) => ({
    name: name!,
    says: "C7",
    code: [`function listed${i}(): any { return ${value}; }`],
    test: close(`listed${i}()`, "[1, 2]"),
    ends: wrong,
  })),
  {
    name: "arguments that are emptied, from which the expected is worked out",
    says: "C7",
    code: ["function emptied(list: any): any { list.length = 0; return []; }"],
    test: `const given32 = [1, 2]; ${close("emptied(given32)", "given32.map((x) => 2 * x)")}`,
    ends: /^CheckFailed: x: undecided/,
  },
  {
    name: "the test's source, by a stack",
    says: "T1",
    code: ["function tracer(): any { return Number(/4\\d\\d2/.exec(String(new Error('x').stack))?.[0]); }"],
    test: close("tracer()", "4712"),
    ends: wrong,
  },
  {
    name: "an error that says the cell was interrupted, in one of two checks",
    says: "C7",
    code: [
      "function interrupting(): any { throw Object.assign(new Error('interrupted'), { name: 'KeyboardInterrupt' }); }",
    ],
    test: 'import { checkClose, credit } from "nablab"; await credit(2, { a: () => checkClose("a", interrupting(), 1), b: () => checkClose("b", 1, 1) })',
    ends: /^1$/,
  },
  {
    name: "an error whose message throws, in one of two checks",
    says: "C7",
    code: [
      "function unreadable(): any { throw Object.defineProperty(new Error('x'), 'message', { get() { throw undefined; } }); }",
    ],
    test: 'import { checkClose, credit } from "nablab"; await credit(2, { a: () => checkClose("a", unreadable(), 1), b: () => checkClose("b", 1, 1) })',
    ends: /^(1$|Thrown|\w*Error)/,
  },
  {
    name: "a class of errors that calls every error its own",
    says: "C7",
    code: [
      "class Any33 extends Error { static override [Symbol.hasInstance]() { return true; } } function refusing(): any { throw new Any33('eta'); }",
    ],
    test: 'import { checkThrows } from "nablab"; checkThrows("x", () => refusing(), { type: RangeError });',
    ends: /^CheckFailed: x: expected a RangeError/,
  },
  {
    name: "a number of points that is displayed",
    says: "C5",
    code: [
      'import { display } from "nablab"; function showing(): any { display({ [Symbol.for("Jupyter.display")]: () => ({ "text/plain": "7" }) }); return 1; }',
    ],
    test: close("showing()", "2"),
    ends: wrong,
  },
];
