/**
 * The float32 kernels, in AssemblyScript, for WebAssembly with 128-bit SIMD. The scalar twins (../scalar.ts) define what they
 * compute. With relaxed SIMD a multiply and an add are one instruction; which build runs is chosen in
 * ../wasm.ts.
 */
export { multiply } from "./tiles";
export { addBias, blockSquares, clear, columnSums, gatherBytes, gatherFloats, mask, touch } from "./rows";
export {
  compressColumns, compressRows, sparseAffine, sparseGradient, sparseInputGradient,
} from "./sparse";
export { columnAffine, columnBackward, columnInputGradient } from "./columns";
export { setNumbers, setRule, update } from "./update";
export { elementwise } from "./elementwise";
export { tanh } from "./tanh";
export { setWindows } from "./windows";
export { convolve, filterGradient, imageGradient } from "./convolution";
export { avgPool, avgPoolGradient, maxPool, maxPoolGradient } from "./pooling";
