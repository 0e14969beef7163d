import { openBackend } from '../packages/core/src/backends/registry.ts';
import { createRng, parseTrainingConfig, train, type Sample } from '@instagan/core';
import * as tf from '@tensorflow/tfjs';
import { rmSync } from 'node:fs';
const backend = await openBackend((process.argv[2] ?? 'wasm') as any);
console.log(backend.device);
const n = Number(process.argv[3] ?? 4); const size = Number(process.argv[4] ?? 64);
const ngf = Number(process.argv[5] ?? 16);
const mk = (d: string): Sample => { const r = createRng(1, d); return { name: d, width: size, height: size, image: Float32Array.from({ length: size * size * 3 }, () => r.uniform() * 2 - 1), masks: Array.from({ length: n }, (_, k) => Float32Array.from({ length: size * size }, (_, i) => (i % size) > k * 8 && (i % size) < k * 8 + 12 ? 1 : -1)) }; };
rmSync('/tmp/run-smoke', { recursive: true, force: true });
const config = parseTrainingConfig({ size: { height: size, width: size }, ngf, ndf: ngf, maxInstances: n, seed: 1 }, 'x');
for await (const e of train({ runFolder: '/tmp/run-smoke', config, resume: false, backend, steps: 4, openData: async () => ({ stepsPerEpoch: 10, pair: async () => ({ a: [mk('a')], b: [mk('b')] }), close: async () => {} }) })) {
  if (e.type === 'step') console.log(e.step, e.seconds.toFixed(2), e.memory.tensors, (e.memory.rssBytes / 1e6).toFixed(0), JSON.stringify(e.losses)); else console.log(e.type);
}
await backend.close();
