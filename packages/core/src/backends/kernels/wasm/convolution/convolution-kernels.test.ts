import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import {
  type ConvolutionCase,
  eachProduct,
  floats,
  outputShape,
  relativeError,
  sameBits,
  values,
} from '../../../testing/convolution-case.ts';
import { wasmBackend, wasmMemory, wasmModule } from '../../../wasm.ts';
import { registerWasmKernels, WASM_KERNEL_NAMES } from '../register-wasm-kernels.ts';

const NO_ACTIVATION = { activation: 'none', slope: 0 };
const NONE = [0, 0, 0, 0] as const;
const ONE = [1, 1, 1, 1] as const;
const THREE = [3, 3, 3, 3] as const;

/** The layers of the model at small sizes, then shapes that fit no tile. */
const CASES: ConvolutionCase[] = [
  { input: [2, 8, 8, 64], kernel: [3, 3], outputs: 64, stride: 1, padding: ONE, border: 'reflect' },
  { input: [1, 16, 16, 3], kernel: [7, 7], outputs: 16, stride: 1, padding: THREE, border: 'reflect' },
  { input: [2, 16, 16, 1], kernel: [7, 7], outputs: 16, stride: 1, padding: THREE, border: 'reflect' },
  { input: [1, 8, 8, 32], kernel: [7, 7], outputs: 3, stride: 1, padding: THREE, border: 'reflect' },
  { input: [2, 8, 8, 48], kernel: [7, 7], outputs: 1, stride: 1, padding: THREE, border: 'reflect' },
  { input: [2, 16, 16, 16], kernel: [3, 3], outputs: 32, stride: 2, padding: ONE },
  { input: [2, 16, 16, 3], kernel: [4, 4], outputs: 16, stride: 2, padding: ONE },
  { input: [1, 5, 5, 128], kernel: [4, 4], outputs: 128, stride: 1, padding: ONE },
  { input: [1, 7, 7, 128], kernel: [4, 4], outputs: 1, stride: 1, padding: ONE },
  { input: [1, 5, 7, 5], kernel: [3, 2], outputs: 3, stride: 1, padding: [0, 2, 1, 0] },
  { input: [3, 9, 6, 7], kernel: [2, 3], outputs: 5, stride: 2, padding: [1, 0, 2, 1] },
  { input: [1, 4, 4, 1], kernel: [1, 1], outputs: 1, stride: 1, padding: NONE },
  { input: [1, 3, 3, 2], kernel: [3, 3], outputs: 2, stride: 1, padding: NONE },
  { input: [2, 11, 10, 6], kernel: [3, 3], outputs: 11, stride: 3, padding: ONE },
  { input: [1, 9, 9, 4], kernel: [1, 2], outputs: 20, stride: 3, padding: NONE },
  { input: [1, 6, 5, 12], kernel: [5, 5], outputs: 14, stride: 1, padding: [4, 4, 4, 4] },
  { input: [2, 1, 1, 9], kernel: [3, 3], outputs: 7, stride: 2, padding: ONE },
  { input: [2, 9, 11, 16], kernel: [3, 3], outputs: 24, stride: 1, padding: ONE },
  { input: [2, 11, 9, 24], kernel: [3, 3], outputs: 16, stride: 1, padding: ONE, border: 'reflect' },
  { input: [1, 30, 17, 8], kernel: [3, 3], outputs: 72, stride: 1, padding: [2, 0, 1, 2] },
  { input: [3, 18, 18, 72], kernel: [3, 3], outputs: 8, stride: 1, padding: NONE },
  { input: [1, 2, 150, 4], kernel: [1, 1], outputs: 4, stride: 1, padding: NONE },
  // Cut into parts for some numbers of threads, of which the last would be short.
  { input: [1, 12, 12, 12], kernel: [7, 7], outputs: 1, stride: 1, padding: THREE, border: 'reflect' },
  { input: [1, 6, 9, 11], kernel: [4, 9], outputs: 3, stride: 1, padding: ONE },
];

/** Shape and values of x, filter, dy and bias of a case, the same on every call. */
function inputs(c: ConvolutionCase) {
  const make = (shape: number[], seed: number) => {
    const size = shape.reduce((a, b) => a * b);
    return { shape, data: values(size, seed) };
  };
  return {
    x: make(c.input, 1),
    filter: make([...c.kernel, c.input[3], c.outputs], 2),
    dy: make(outputShape(c), 3),
    bias: make([c.outputs], 4),
  };
}

/** Results of the three kernels and of the forward one with bias. */
function results(c: ConvolutionCase): Float32Array[] {
  // Handed out of `tidy`, arrays would be searched for tensors value by value.
  let all: Float32Array[] = [];
  tf.tidy(() => {
    const given = inputs(c);
    const [x, filter, dy, bias] = [given.x, given.filter, given.dy, given.bias].map(({ data, shape }) =>
      tf.tensor(data, shape),
    ) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const { stride, padding, border = 'zero' } = c;
    const run = (name: string, tensors: tf.NamedTensorMap, extra: object = {}) =>
      floats(
        tf
          .engine()
          .runKernel(name, tensors, { stride, padding: [...padding], border, ...NO_ACTIVATION, ...extra }) as tf.Tensor,
      );
    all = [
      run('Convolution', { x, filter }),
      run('Convolution', { x, filter, bias }),
      run('ConvolutionInputGradient', { dy, filter }, { inputShape: c.input }),
      run('ConvolutionFilterGradient', { x, dy }, { filterShape: filter.shape }),
    ];
  });
  return all;
}

/** The same by the definition, in float64. */
function expectations(c: ConvolutionCase): Float64Array[] {
  const given = inputs(c);
  const [xs, filters, dys, biases] = [given.x.data, given.filter.data, given.dy.data, given.bias.data];
  const y = new Float64Array(dys.length);
  const dx = new Float64Array(xs.length);
  const dFilter = new Float64Array(filters.length);
  eachProduct(c, (i, f, o) => {
    y[o]! += xs[i]! * filters[f]!;
    dx[i]! += dys[o]! * filters[f]!;
    dFilter[f]! += xs[i]! * dys[o]!;
  });
  return [y, y.map((value, i) => value + biases[i % c.outputs]!), dx, dFilter];
}

async function withKernels(threads: number, fused: boolean, use: () => void): Promise<void> {
  const backend = await wasmBackend.open({ threads, stockKernels: WASM_KERNEL_NAMES });
  const kernels = registerWasmKernels({ memory: wasmMemory(), module: wasmModule(), threads }, { fused });
  try {
    use();
  } finally {
    kernels.close();
    await backend.close();
  }
}

const NAMES = ['y', 'y with bias', 'dx', 'dFilter'];

const expected = CASES.map(expectations);

for (const fused of [true, false]) {
  t.test(`without right convolutions nothing would train (${fused ? 'fused' : 'plain'})`, async (t) => {
    const single: Float32Array[][] = [];
    await withKernels(1, fused, () => {
      for (const [n, c] of CASES.entries()) {
        const actual = results(c);
        single.push(actual);
        for (const [i, name] of NAMES.entries()) {
          const error = relativeError(actual[i]!, expected[n]![i]!);
          t.ok(error < 3e-6, `${name} of ${JSON.stringify(c)}: ${error}`);
        }
      }
    });
    for (const threads of [2, 3, 5]) {
      await withKernels(threads, fused, () => {
        for (const [i, c] of CASES.entries()) {
          t.ok(sameBits(results(c), single[i]!), `${threads} threads give the bits of one: ${JSON.stringify(c)}`);
        }
      });
    }
  });
}

t.test('a run of many steps would use up the heap if calls left memory behind', async (t) => {
  await withKernels(2, true, () => {
    const layers = CASES.slice(0, 8);
    for (const c of layers) results(c);
    const before = wasmMemory().buffer.byteLength;
    const tensorsBefore = tf.memory().numTensors;
    for (let i = 0; i < 200; i++) results(layers[i % layers.length]!);
    t.equal(wasmMemory().buffer.byteLength, before, 'the heap did not grow');
    t.equal(tf.memory().numTensors, tensorsBefore, 'no tensor was left');
  });
});
