import * as tf from '@tensorflow/tfjs';
import { SHAPE_KERNELS, type Shape, sizeOf } from './shape-kernels.ts';

const NAME = 'shapes';
const FLOAT_BYTES = 4;

/** Counts the memory of tensors. */
export interface TensorMeter {
  /** Bytes of all tensors that live. */
  readonly bytes: number;
  /** The most there were. */
  readonly peakBytes: number;
  /** Of the largest tensor. */
  readonly largestBytes: number;
  /** What a pool holds in the end that gives the memory of a tensor to none of another size. */
  readonly pooledBytes: number;
}

/**
 * A TensorFlow.js backend that computes nothing: tensors have shapes and no values. What runs on it takes as many bytes as
 * on a real backend, to the last saved activation, and milliseconds.
 */
class ShapeBackend extends tf.KernelBackend implements TensorMeter {
  bytes = 0;
  peakBytes = 0;
  largestBytes = 0;
  pooledBytes = 0;
  /** Memory of each size that nothing uses now. */
  readonly #idle = new Map<number, number>();
  readonly #tensors = new Map<object, { readonly bytes: number; references: number }>();

  allocate(shape: Shape): tf.TensorInfo {
    const bytes = FLOAT_BYTES * sizeOf(shape);
    const dataId = {};
    this.#tensors.set(dataId, { bytes, references: 1 });
    this.bytes += bytes;
    this.peakBytes = Math.max(this.peakBytes, this.bytes);
    this.largestBytes = Math.max(this.largestBytes, bytes);
    const idle = this.#idle.get(bytes) ?? 0;
    if (idle > 0) this.#idle.set(bytes, idle - 1);
    else this.pooledBytes += bytes;
    return { dataId, shape: [...shape], dtype: 'float32' };
  }

  override write(_values: tf.backend_util.BackendValues, shape: number[]): object {
    return this.allocate(shape).dataId;
  }

  override move(dataId: object, _values: tf.backend_util.BackendValues, shape: number[]): void {
    this.#tensors.set(dataId, { bytes: FLOAT_BYTES * sizeOf(shape), references: 1 });
  }

  override incRef(dataId: object): void {
    const tensor = this.#tensors.get(dataId);
    if (tensor !== undefined) tensor.references++;
  }

  override refCount(dataId: object): number {
    return this.#tensors.get(dataId)?.references ?? 0;
  }

  override disposeData(dataId: object, force = false): boolean {
    const tensor = this.#tensors.get(dataId);
    if (tensor === undefined) return true;
    tensor.references--;
    if (tensor.references > 0 && !force) return false;
    this.#tensors.delete(dataId);
    this.bytes -= tensor.bytes;
    this.#idle.set(tensor.bytes, (this.#idle.get(tensor.bytes) ?? 0) + 1);
    return true;
  }

  override numDataIds(): number {
    return this.#tensors.size;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {
    this.#tensors.clear();
  }
}

/**
 * Runs `work` on a backend that has shapes only; afterwards the backend from before is in use again.
 *
 * @param work must dispose of the tensors that it keeps
 * @throws Error if `work` runs a kernel that {@link SHAPE_KERNELS} lacks
 */
export async function withShapeBackend<T>(work: (meter: TensorMeter) => T): Promise<T> {
  const before = tf.getBackend();
  const backend = new ShapeBackend();
  registerKernels();
  tf.registerBackend(NAME, () => backend, 0);
  await tf.setBackend(NAME);
  try {
    return work(backend);
  } finally {
    await tf.setBackend(before);
    tf.removeBackend(NAME);
  }
}

function registerKernels(): void {
  for (const [kernelName, outputsOf] of Object.entries(SHAPE_KERNELS)) {
    if (tf.getKernel(kernelName, NAME) !== undefined) continue;
    tf.registerKernel({
      kernelName,
      backendName: NAME,
      kernelFunc: ({ inputs, attrs, backend }) => {
        const shapes = backend as ShapeBackend;
        const outputs = outputsOf(inputs as never, (attrs ?? {}) as never);
        if ('one' in outputs) {
          const dtype = (attrs as { dtype?: tf.DataType } | undefined)?.dtype ?? 'float32';
          return { ...shapes.allocate(outputs.one), dtype };
        }
        if ('several' in outputs) return outputs.several.map((shape) => shapes.allocate(shape));
        const { dataId } = inputs.x as tf.TensorInfo;
        shapes.incRef(dataId);
        return { dataId, shape: [...outputs.sharedWithX], dtype: 'float32' };
      },
    });
  }
}
