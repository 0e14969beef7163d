// Kills trainings and videos, fills their disk, damages their files, and compares what they leave with what unbroken ones do.
//
//   npm run test:crash [-- --kills N] [--seed N] [--only WORD] [--job WORD]
//
// N kills of each kind of job (50), or of those whose name begins with a word. The counts and figures are also left in .cache/crash-results.json.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openBackend } from '@instagan/core';
import { CheckReport } from '../helpers/check-report.ts';
import { runCommand } from './command.ts';
import { CRASH_JOBS, PREPARATIONS } from './crash-job.ts';
import { damageFiles } from './damaged-files.ts';
import { failWrites } from './failing-writes.ts';
import { killAtRandom } from './kills.ts';
import { meetMishaps } from './mishaps.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    job: { type: 'string', default: '' },
  },
});
const kills = Number(values.kills);
const seed = Number(values.seed);
const report = new CheckReport();
const folder = await mkdtemp(path.join(tmpdir(), 'instagan-crash-'));
const parts: Readonly<Record<string, () => Promise<void>>> = {
  damage: () => damageFiles(folder, seed, report),
  writes: () => failWrites(folder, report),
  mishaps: async () => {
    await prepare();
    await meetMishaps(folder, report);
  },
  kills: async () => {
    await prepare();
    const jobs = CRASH_JOBS.filter(({ name }) => name.startsWith(values.job));
    for (const job of jobs) await killAtRandom(job, folder, kills, seed, report);
  },
};
let isPrepared = false;

async function prepare(): Promise<void> {
  if (isPrepared) return;
  for (const args of PREPARATIONS) {
    const { code, output } = await runCommand(args, { cwd: folder });
    if (code !== 0) throw new Error(output);
  }
  isPrepared = true;
}

const backend = await openBackend('wasm', { threads: 1 });
try {
  for (const [name, run] of Object.entries(parts)) if (name.includes(values.only)) await run();
} finally {
  await backend.close();
  await rm(folder, { recursive: true, force: true });
}
const results = fileURLToPath(new URL('../../.cache/crash-results.json', import.meta.url));
process.exitCode = (await report.end(results)) ? 0 : 1;
