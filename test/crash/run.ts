import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runCommand } from './command.ts';
import { CRASH_JOBS, PREPARATIONS } from './crash-job.ts';
import { CrashReport } from './crash-report.ts';
import { killAtRandom } from './kills.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
});
const kills = Number(values.kills);
const seed = Number(values.seed);
const report = new CrashReport();
const folder = await mkdtemp(path.join(tmpdir(), 'instagan-crash-'));
try {
  for (const args of PREPARATIONS) {
    const { code, output } = await runCommand(args, { cwd: folder });
    if (code !== 0) throw new Error(output);
  }
  for (const job of CRASH_JOBS) {
    if (job.name.includes(values.only)) await killAtRandom(job, folder, kills, seed, report);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
const results = fileURLToPath(new URL('../../.cache/crash-results.json', import.meta.url));
process.exitCode = (await report.end(results)) ? 0 : 1;
