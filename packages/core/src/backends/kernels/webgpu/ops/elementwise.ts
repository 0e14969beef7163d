import type { TensorInfo } from '@tensorflow/tfjs';
import type { Dispatcher } from '../device/dispatcher.ts';
import { GRID_INDEX, grid, kernelProgram, read, sizeOf, write } from '../device/kernel-source.ts';

/** A tensor whose elements are computed one by one. */
export interface Elementwise {
  /** Names it among programs: the source must follow from it. */
  readonly name: string;
  /** Tensors by the names that the source uses; WGSL reserves some words. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  /** WGSL statements that set `value` of element `i`. */
  readonly statements: string;
  /** WGSL functions that the statements call. */
  readonly functions?: string;
  /** Fields of `parameters` after `size`, and their words. */
  readonly fields?: readonly string[];
  readonly words?: readonly number[];
}

/** A tensor of this shape: one thread for each element, one dispatch. */
export function elementwise(gpu: Dispatcher, shape: readonly number[], kernel: Elementwise): TensorInfo {
  const { name, inputs, statements, functions = '', fields = [], words = [] } = kernel;
  const y = gpu.output(shape);
  const size = sizeOf(shape);
  const program = gpu.program(name, () =>
    kernelProgram({
      label: name,
      storage: [write('y'), ...Object.keys(inputs).map((input) => read(input))],
      parameters: ['size: u32', ...fields],
      declarations: functions,
      main: `
  let i = ${GRID_INDEX};
  if (i >= parameters.size) { return; }
  var value: f32;
  ${statements}
  y[i] = value;`,
    }),
  );
  const buffers = [y, ...Object.values(inputs)].map((each) => gpu.buffer(each));
  gpu.run(program, [...buffers, gpu.parameters([size, ...words])], ...grid(size, gpu.maxWorkgroups));
  return y;
}
