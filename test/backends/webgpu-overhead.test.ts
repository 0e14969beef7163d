import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';

/** The aim for a step, and how much longer it may take on a machine under load. */
const AIM_MS = 30;
const LOAD = 3;

const START = fileURLToPath(new URL('../../scripts/start.js', import.meta.url));
const BENCHMARK = fileURLToPath(new URL('../../bench/webgpu-overhead.ts', import.meta.url));

const skip = await import('webgpu').then(
  () => false,
  () => 'the package webgpu does not load',
);

t.test('a replayed step takes JavaScript few milliseconds: a fast GPU would wait for it', { skip }, async (t) => {
  const options = [START, BENCHMARK, '--json', '--steps', '10'];
  const { stdout } = await promisify(execFile)(process.execPath, options);
  const { leastMs, dispatches } = JSON.parse(stdout) as { leastMs: number; dispatches: number };
  t.ok(dispatches > 1000, `${dispatches} dispatches`);
  t.ok(leastMs < LOAD * AIM_MS, `${leastMs.toFixed(1)} ms`);
});
