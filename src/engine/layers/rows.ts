/**
 * Shared by layers without kernels: plain loops in float64 over rows of float32, with separate rows or channels for each thread, so
 * that the bits are the same for any number of threads. The kernels compute the sums for their parameters.
 */
import { line, type Matrix, padded } from "../../compute/matrix.js";
import type { ParametersPlan, Room } from "../memory.js";

/** A row without its padding, which stays zero. */
export const rowOf = ({ data, pitch, columns }: Matrix, n: number): Float32Array =>
  data.subarray(n * pitch, n * pitch + columns);

/** Reserves a row of `count` parameters. */
export const rowOfParameters = (room: Room, count: number): ParametersPlan =>
  room.parameters(padded(count), padded(count) / line);

/** The backward pass of a ReLU of the layer below: 0 where its output is not positive. */
export function throughRelu(passed: Float32Array, output: Float32Array): void {
  for (let j = 0; j < passed.length; j++) if (!(output[j]! > 0)) passed[j] = 0;
}

/** The ReLU that a layer applies to its outputs. */
export function rectify(y: Float32Array): void {
  for (let j = 0; j < y.length; j++) if (y[j]! < 0) y[j] = 0;
}
