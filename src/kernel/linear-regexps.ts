/**
 * Has V8 end what no stop reaches, a regular expression that tries every way to match, as `/(a+)+b/` on forty a: after
 * 10⁸ steps back, some two seconds, it goes on with its linear engine. That one knows neither back-references nor
 * lookarounds nor the flags i, u and v, for which nothing changes; and an optional group that matched nothing is "" for
 * it where it should be undefined (5 of 120,000 random matches), which is why it does not come earlier.
 *
 * Imported first, for its effect: it concerns expressions that are compiled after it.
 */
import v8 from "node:v8";

v8.setFlagsFromString("--enable-experimental-regexp-engine-on-excessive-backtracks");
v8.setFlagsFromString("--regexp-backtracks-before-fallback=100000000");
