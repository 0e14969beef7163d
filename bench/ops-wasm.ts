// Speed of the convolution kernels on the wasm backend, at the shapes of the model, beside the stock operations.
//
//   npx tsx bench/ops-wasm.ts [--threads N] [--plain] [--stock] [--json]
//
// A figure is the best of repeated runs: floating point operations of the definition per second, in GFLOP/s.
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import {
  registerWasmKernels,
  WASM_KERNEL_NAMES,
} from '../packages/core/src/backends/kernels/wasm/register-wasm-kernels.ts';
import { wasmBackend, wasmMemory, wasmModule } from '../packages/core/src/backends/wasm.ts';

const { values: options } = parseArgs({
  options: {
    threads: { type: 'string', default: '1' },
    plain: { type: 'boolean', default: false },
    stock: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const SHORTEST_MS = 300;

interface Layer {
  readonly name: string;
  readonly input: [number, number, number, number];
  readonly kernel: number;
  readonly outputs: number;
  readonly stride: number;
  readonly padding: number;
}

const LAYERS: Layer[] = [
  { name: '7x7 3->16, 64', input: [2, 70, 70, 3], kernel: 7, outputs: 16, stride: 1, padding: 0 },
  { name: '7x7 1->16, 64', input: [2, 70, 70, 1], kernel: 7, outputs: 16, stride: 1, padding: 0 },
  { name: '3x3/2 16->32, 64', input: [2, 64, 64, 16], kernel: 3, outputs: 32, stride: 2, padding: 1 },
  { name: '3x3/2 32->64, 32', input: [2, 32, 32, 32], kernel: 3, outputs: 64, stride: 2, padding: 1 },
  { name: '3x3 64->64, 16', input: [2, 18, 18, 64], kernel: 3, outputs: 64, stride: 1, padding: 0 },
  { name: '7x7 32->3, 64', input: [2, 70, 70, 32], kernel: 7, outputs: 3, stride: 1, padding: 0 },
  { name: '7x7 48->1, 64', input: [2, 70, 70, 48], kernel: 7, outputs: 1, stride: 1, padding: 0 },
  { name: '4x4/2 3->16, 64', input: [2, 64, 64, 3], kernel: 4, outputs: 16, stride: 2, padding: 1 },
  { name: '4x4/2 32->64, 16', input: [2, 16, 16, 32], kernel: 4, outputs: 64, stride: 2, padding: 1 },
  { name: '4x4 128->128, 8', input: [1, 8, 8, 128], kernel: 4, outputs: 128, stride: 1, padding: 1 },
  { name: '4x4 128->1, 7', input: [1, 7, 7, 128], kernel: 4, outputs: 1, stride: 1, padding: 1 },
  { name: '3x3 256->256, 50', input: [1, 52, 52, 256], kernel: 3, outputs: 256, stride: 1, padding: 0 },
  { name: '7x7 128->3, 200', input: [1, 206, 206, 128], kernel: 7, outputs: 3, stride: 1, padding: 0 },
];

/** Best time of `compute` in ms, after two runs to warm up. */
function bestMs(compute: () => tf.TensorInfo | tf.TensorInfo[]): number {
  let best = Number.POSITIVE_INFINITY;
  const start = performance.now();
  for (let i = 0; i < 3 || performance.now() - start < SHORTEST_MS; i++) {
    const before = performance.now();
    const result = compute();
    if (i > 1 || performance.now() - start > SHORTEST_MS) best = Math.min(best, performance.now() - before);
    for (const tensor of [result].flat()) (tensor as tf.Tensor).dispose();
  }
  return best;
}

function measure(layer: Layer) {
  const { input, kernel, outputs, stride } = layer;
  const padding = new Array<number>(4).fill(layer.padding);
  const out = Math.floor((input[1] + 2 * layer.padding - kernel) / stride) + 1;
  const x = tf.randomUniform(input, -1, 1) as tf.Tensor4D;
  const filter = tf.randomUniform([kernel, kernel, input[3], outputs], -1, 1) as tf.Tensor4D;
  const dy = tf.randomUniform([input[0], out, out, outputs], -1, 1);
  const operations = 2 * dy.size * kernel * kernel * input[3];
  const rate = (compute: () => tf.TensorInfo | tf.TensorInfo[]) => operations / bestMs(compute) / 1e6;
  const run = (name: string, inputs: tf.NamedTensorMap, extra: object) =>
    rate(
      () =>
        tf.engine().runKernel(name, inputs, {
          stride,
          padding,
          border: 'zero',
          activation: 'none',
          slope: 0,
          ...extra,
        }) as tf.Tensor,
    );
  const rates = {
    forward: run('Convolution', { x, filter }, {}),
    inputGradient: run('ConvolutionInputGradient', { dy, filter }, { inputShape: input }),
    filterGradient: run('ConvolutionFilterGradient', { x, dy }, { filterShape: filter.shape }),
    ...(options.stock && {
      stockForward: rate(() => tf.tidy(() => tf.conv2d(x, filter, stride, layer.padding, 'NHWC', 1, 'floor'))),
    }),
  };
  tf.dispose([x, filter, dy]);
  return { layer: layer.name, ...rates };
}

const threads = Number(options.threads);
const backend = await wasmBackend.open({ threads, stockKernels: WASM_KERNEL_NAMES });
const kernels = registerWasmKernels({ memory: wasmMemory(), module: wasmModule(), threads }, { fused: !options.plain });
const rows = LAYERS.map(measure);
if (options.json) console.log(JSON.stringify({ threads, fused: !options.plain, gigaflops: rows }));
else
  console.table(
    rows.map(({ layer, ...rates }) => ({
      layer,
      ...Object.fromEntries(Object.entries(rates).map(([name, rate]) => [name, Number(rate.toFixed(1))])),
    })),
  );
kernels.close();
await backend.close();
