import type { Attribute, Handle } from '../../../../tfjs/tensorflow-binding.ts';
import type { TensorflowConstants } from './tensorflow-constants.ts';

/**
 * One call of a kernel: it runs TensorFlow's own operations on float32 tensors by name, without the microseconds that
 * TensorFlow.js takes for each, and deletes all tensors except its results when it ends.
 */
export class TensorflowCall {
  readonly constants: TensorflowConstants;
  readonly onGpu: boolean;
  readonly #made = new Set<number>();

  constructor(constants: TensorflowConstants) {
    this.constants = constants;
    this.onGpu = constants.binding.isUsingGpuDevice();
  }

  /** Runs an operation with one output. Leave out attributes that follow from the inputs, such as their type. */
  run(operation: string, inputs: readonly Handle[], attributes: readonly Attribute[] = []): Handle {
    return this.runAll(operation, inputs, attributes, 1)[0] as Handle;
  }

  /** Runs an operation with several outputs. */
  runAll(operation: string, inputs: readonly Handle[], attributes: readonly Attribute[], outputs: number): Handle[] {
    const ids = inputs.map(({ id }) => id);
    const results = this.constants.binding.executeOp(operation, attributes, ids, outputs);
    for (const { id } of results) this.#made.add(id);
    return results;
  }

  /** Shares its memory with `x`. */
  reshape(x: Handle, shape: readonly number[]): Handle {
    return this.run('Reshape', [x, this.constants.integers(shape)]);
  }

  /** Mean, sum or Euclidean norm along axes. */
  reduce(how: 'Mean' | 'Sum' | 'EuclideanNorm', x: Handle, axes: readonly number[], keepDims: boolean): Handle {
    const { constants } = this;
    return this.run(how, [x, constants.integers(axes)], [constants.flag('keep_dims', keepDims)]);
  }

  /** Slices of `x` along `axis`, one for each of `indices`, whose axes take its place. */
  gather(x: Handle, indices: Handle, axis: number): Handle {
    return this.run('GatherV2', [x, indices, this.constants.axis(axis)]);
  }

  /** The rows of `x`, one tensor each, in its memory. */
  rows(x: Handle): Handle[] {
    const count = x.shape[0] as number;
    if (count === 1) return [x];
    const { constants } = this;
    return this.runAll('Split', [constants.axis(0), x], [constants.integer('num_split', count)], count);
  }

  /** Joins along the first axis. */
  joinRows(rows: readonly Handle[]): Handle {
    if (rows.length === 1) return rows[0] as Handle;
    const { constants } = this;
    const attributes = [constants.integer('N', rows.length), constants.float];
    return this.run('ConcatV2', [...rows, constants.axis(0)], attributes);
  }

  /** The rows of a matrix as vectors, in its memory. */
  unstack(matrix: Handle): Handle[] {
    const count = matrix.shape[0] as number;
    const { constants } = this;
    return this.runAll('Unpack', [matrix], [constants.integer('num', count), constants.integer('axis', 0)], count);
  }

  /** Deletes large tensors that the kernel no longer needs, before it ends. */
  release(...handles: readonly Handle[]): void {
    for (const { id } of handles) if (this.#made.delete(id)) this.constants.binding.deleteTensor(id);
  }

  /** Deletes all tensors that the kernel made except `results`. */
  finish(results: readonly Handle[] = []): void {
    for (const { id } of results) this.#made.delete(id);
    for (const id of this.#made) this.constants.binding.deleteTensor(id);
    this.#made.clear();
  }
}
