/**
 * Bounds catastrophic backtracking, which no interrupt reaches, as of `/(a+)+b/` on forty a: after 10⁸ backtracks, about two
 * seconds, V8 falls back to its linear engine. That engine supports neither back-references nor lookarounds nor the flags
 * i, u and v, for which nothing changes. It also returns "" instead of undefined for an optional group that did not match
 * (5 of 120,000 random matches), which is why it is not used earlier.
 *
 * Imported first for its side effect, which applies to expressions compiled afterwards.
 */
import v8 from "node:v8";

v8.setFlagsFromString("--enable-experimental-regexp-engine-on-excessive-backtracks");
v8.setFlagsFromString("--regexp-backtracks-before-fallback=100000000");
