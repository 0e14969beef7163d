import { pruneCheckpoints, writeCheckpoint } from '../checkpoint-store.ts';

/** A process for the test of kills: writes checkpoints of a run, each with its step as content, until it is killed. */
const [run = '', first = '1'] = process.argv.slice(2);
for (let step = Number(first); ; step++) {
  const data = new Float32Array(20_000).fill(step);
  await writeCheckpoint(run, step, {
    files: { 'model.safetensors': new Map([['w', { shape: [data.length], data }]]) },
    manifest: { step },
  });
  await pruneCheckpoints(run, 2);
  if (step === Number(first)) process.stdout.write('started\n');
}
