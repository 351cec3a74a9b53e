/**
 * Makes V8 optimise later in processes that live for seconds: those of graded notebooks, which mostly run the compiler, and
 * those that draw their pictures. V8 11 (Node 20) optimises early, which takes half a second of a graded notebook's two;
 * training loops reach the higher threshold within milliseconds, and a notebook that trains for half a minute takes as long
 * as before. Later versions of V8 count calls, wait longer, and gain nothing.
 *
 * Imported first for its side effect, which applies to modules loaded afterwards.
 */
import v8 from "node:v8";

const isConfined = process.permission !== undefined;
if (isConfined && Number.parseInt(process.versions.v8, 10) < 12) {
  v8.setFlagsFromString("--interrupt-budget=1000000"); // bytes of bytecode between optimisation decisions; by default 67584
}
