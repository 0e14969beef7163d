// JavaScript time of a training step on webgpu: recording and submitting it on a device that computes nothing (Dawn's null
// backend), so that only the program's own work is left.
//
//   npx tsx bench/webgpu-overhead.ts [--size HxW] [--ngf N] [--steps N] [--no-replay] [--json]
import { parseArgs } from 'node:util';
import {
  createRng,
  initialTrainingState,
  openBackend,
  readMeasurements,
  trainStep,
  translationModel,
} from '@instagan/core';
import { uploadSamples } from '@instagan/core/internals/instagan';
import * as tf from '@tensorflow/tfjs';
import { create, globals } from 'webgpu';
import { randomSample } from './measure/random-sample.ts';

const { values: options } = parseArgs({
  options: {
    size: { type: 'string', default: '64x64' },
    ngf: { type: 'string', default: '16' },
    steps: { type: 'string', default: '20' },
    replay: { type: 'boolean', default: true },
    json: { type: 'boolean', default: false },
  },
  allowNegative: true,
});
const WARM_UP_STEPS = 10;
const BUDGET_MS = 30;

Object.assign(globalThis, globals);
const gpu = create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']);
Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
const backend = await openBackend('webgpu', { replay: options.replay });
const [height = 64, width = 64] = options.size.split('x').map(Number);
const network = { ngf: Number(options.ngf), ndf: Number(options.ngf), blocks: 9 };
const model = translationModel(network);
const state = initialTrainingState(model, 0, 50);
const settings = {
  config: {
    instancesPerChunk: 2,
    weights: { cycle: 10, identity: 10, context: 10 },
    adam: { beta1: 0.5, beta2: 0.999 },
  },
  learningRate: { generator: 2e-4, discriminator: 1e-4 },
  poolRng: createRng(0, 'bench', 'pool'),
  joinCalls: backend.gpu,
  programs: backend.programs,
};
const samples = ['A', 'B'].map((domain) => uploadSamples([randomSample(domain, { height, width, instances: 4 })]));
const times: number[] = [];
let dispatches = 0;
for (let step = 0; step < WARM_UP_STEPS + Number(options.steps); step++) {
  const before = backend.dispatches?.() ?? 0;
  const begin = performance.now();
  const updates = Array.from(
    trainStep(state, model, samples[0] ?? [], samples[1] ?? [], settings),
    ({ measurements }) => measurements,
  );
  const elapsed = performance.now() - begin;
  dispatches = (backend.dispatches?.() ?? 0) - before;
  if (step >= WARM_UP_STEPS) times.push(elapsed);
  await readMeasurements(updates);
}
times.sort((a, b) => a - b);
const median = times[Math.floor(times.length / 2)] as number;
const report = {
  size: options.size,
  ngf: network.ngf,
  dispatches,
  medianMs: median,
  leastMs: times[0],
  budgetMs: BUDGET_MS,
  gpuBytes: (tf.memory() as unknown as { numBytesAllocatedInGPU: number }).numBytesAllocatedInGPU,
};
if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
else {
  process.stdout.write(
    `${dispatches} dispatches recorded in ${median.toFixed(1)} ms (least ${times[0]?.toFixed(1)}, aim ${BUDGET_MS}), ${Math.round(report.gpuBytes / 2 ** 20)} MiB of GPU memory held\n`,
  );
}
await backend.close();
