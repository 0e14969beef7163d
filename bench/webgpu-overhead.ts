// JavaScript time of a training step on webgpu: recording and submitting it on a device that computes nothing (Dawn's null
// backend), so that only the program's own work is left.
//
//   npx tsx bench/webgpu-overhead.ts [--size HxW] [--ngf N] [--steps N] [--skip-validation] [--no-replay] [--json]
import { parseArgs } from 'node:util';
import { openBackend, readMeasurements } from '@instagan/core';
import * as tf from '@tensorflow/tfjs';
import { steppedTraining } from './measure/training-step.ts';
import { SETTINGS } from './settings.ts';

const { values: options } = parseArgs({
  options: {
    size: { type: 'string', default: '64x64' },
    ngf: { type: 'string', default: '16' },
    steps: { type: 'string', default: '20' },
    'skip-validation': { type: 'boolean', default: false },
    replay: { type: 'boolean', default: true },
    json: { type: 'boolean', default: false },
  },
  allowNegative: true,
});
const WARM_UP_STEPS = 10;
const BUDGET_MS = 30;

process.env.DAWNNODE_BACKEND = 'null';
const toggles = { skip_validation: options['skip-validation'] };
const backend = await openBackend('webgpu', { replay: options.replay, tuning: false, toggles });
const [height = 64, width = 64] = options.size.split('x').map(Number);
const ngf = Number(options.ngf);
const setting = { ...SETTINGS.small, height, width, ngf, ndf: ngf };
const training = steppedTraining(backend, setting);
const { a, b } = training.samples(setting.instances);
const times: number[] = [];
let dispatches = 0;
for (let step = 0; step < WARM_UP_STEPS + Number(options.steps); step++) {
  const before = backend.dispatches?.() ?? 0;
  const begin = performance.now();
  const updates = Array.from(training.step(a, b), ({ measurements }) => measurements);
  const elapsed = performance.now() - begin;
  dispatches = (backend.dispatches?.() ?? 0) - before;
  if (step >= WARM_UP_STEPS) times.push(elapsed);
  await readMeasurements(updates);
}
times.sort((a, b) => a - b);
const median = times[Math.floor(times.length / 2)] as number;
const report = {
  size: options.size,
  ngf,
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
