/**
 * Has V8 optimise later, in processes that live for seconds: those of graded notebooks, which mostly run the compiler, and of
 * the pictures of one. V8 11 (Node 20) optimises early, for half a second of a graded notebook's two; training loops reach the
 * higher mark within milliseconds, and a notebook that trains for half a minute takes as long as before. Later versions of V8
 * count calls, wait longer, and gain nothing.
 *
 * Imported first, for its effect: it concerns what is loaded after it.
 */
import v8 from "node:v8";

const isConfined = process.permission !== undefined;
if (isConfined && Number.parseInt(process.versions.v8, 10) < 12) {
  v8.setFlagsFromString("--interrupt-budget=1000000"); // bytes of bytecode between two looks at a function; by default 67584
}
