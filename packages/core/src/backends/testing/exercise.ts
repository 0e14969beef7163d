/**
 * Run as a process of its own by the tests of the backends: opens the backend named in the first argument (`describe`
 * describes all) with the options in the second (JSON), computes a little on it, and prints one line of JSON.
 */
import * as tf from '@tensorflow/tfjs';
import { type BackendName, type BackendOptions, describeBackends, openBackend, UserError } from '../../index.ts';
import { wasmMemory } from '../wasm.ts';
import { convolutionCase, matMulCase } from './reference.ts';

/** What `open` prints; arrays are the computed values, in row-major order. */
export interface ExerciseReport {
  readonly name: string;
  readonly device: string;
  readonly threads?: number;
  readonly features: readonly string[];
  readonly software: boolean;
  readonly reason?: string;
  readonly log: readonly string[];
  readonly tfjsName: string;
  readonly convolution: number[];
  readonly product: number[];
  readonly gradient: number[];
  /** The product read from the wasm memory itself; absent on other backends. */
  readonly productInMemory?: number[];
  readonly sharedMemory?: boolean;
  readonly tensorsLeft: number;
  /** Whether instance norm has a kernel of our own while the backend is open. */
  readonly ownKernels: boolean;
}

async function exercise(name: BackendName | 'auto', options: BackendOptions): Promise<ExerciseReport> {
  const log: string[] = [];
  const backend = await openBackend(name, { ...options, log: (message) => log.push(message) });
  const tfjsName = tf.getBackend();
  const { close: _close, ...facts } = backend;
  const before = tf.memory().numTensors;

  const { x, filter, stride } = convolutionCase;
  const image = tf.tensor4d(x.values, x.shape);
  const kernel = tf.tensor4d(filter.values, filter.shape);
  const convolved = tf.tidy(() => {
    const padded = tf.pad(image, [[0, 0], [1, 1], [1, 1], [0, 0]]); // biome-ignore format: one pair an axis
    return tf.conv2d(padded, kernel, stride, 'valid');
  });
  const a = tf.tensor2d(matMulCase.a.values, matMulCase.a.shape);
  const b = tf.tensor2d(matMulCase.b.values, matMulCase.b.shape);
  const product = tf.matMul(a, b);
  const gradient = tf.grad((input: tf.Tensor) =>
    tf
      .matMul(input as tf.Tensor2D, b)
      .square()
      .sum(),
  )(a);
  const results = {
    convolution: [...(await convolved.data())],
    product: [...(await product.data())],
    gradient: [...(await gradient.data())],
    ownKernels: tf.getKernel('InstanceNorm', tfjsName) !== undefined,
    ...(tfjsName === 'wasm' ? memoryFacts(product) : {}),
  };
  tf.dispose([image, kernel, convolved, a, b, product, gradient]);
  const tensorsLeft = tf.memory().numTensors - before;
  await backend.close();
  await backend.close();
  return { ...facts, log, tfjsName, ...results, tensorsLeft };
}

function memoryFacts(tensor: tf.Tensor): { productInMemory: number[]; sharedMemory: boolean } {
  const { dataIdMap } = tf.backend() as unknown as { dataIdMap: { get(id: object): { memoryOffset: number } } };
  const { buffer } = wasmMemory();
  const values = new Float32Array(buffer, dataIdMap.get(tensor.dataId).memoryOffset, tensor.size);
  return { productInMemory: [...values], sharedMemory: buffer instanceof SharedArrayBuffer };
}

const [name = '', optionsText = '{}'] = process.argv.slice(2);
try {
  const options = JSON.parse(optionsText) as BackendOptions;
  const report =
    name === 'describe' ? await describeBackends(options) : await exercise(name as BackendName | 'auto', options);
  console.log(JSON.stringify(report));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.log(JSON.stringify({ error: error.name, message: error.message }));
}
