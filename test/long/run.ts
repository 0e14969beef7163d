// Trains for long, and looks whether anything grows: tensors, memory, open files, checkpoints.
//
//   npm run test:long [-- --steps N] [--only BACKEND] [--arenas N]
//
// N steps (5000) on wasm and on node, whichever opens, with so many arenas of glibc (1; 0 for as many as it wants). The figures are also left in .cache/long-results.json.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runCommand } from '../crash/command.ts';
import { CheckReport } from '../helpers/check-report.ts';
import { openLongLog } from './long-log.ts';
import { trainLong } from './long-run.ts';

const BACKENDS = ['wasm', 'node'];

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '5000' },
    only: { type: 'string', default: '' },
    arenas: { type: 'string', default: '1' },
  },
});
const report = new CheckReport();
const folder = await mkdtemp(path.join(tmpdir(), 'instagan-long-'));

async function instagan(...args: string[]): Promise<string> {
  const { code, output, stdout } = await runCommand(args, { cwd: folder });
  if (code !== 0) throw new Error(output);
  return stdout;
}

try {
  await instagan('dataset', 'draw', '--output', 'meadow', '--count', '4', '--size', '40x40');
  const { backends } = JSON.parse(await instagan('backends', '--json')) as {
    backends: { name: string; opens: boolean; reason?: string }[];
  };
  for (const name of BACKENDS.filter((each) => each.includes(values.only))) {
    const backend = backends.find((each) => each.name === name);
    if (backend?.opens) await trainLong(name, Number(values.steps), folder, Number(values.arenas), report);
    else report.skip(name, backend?.reason ?? 'it does not open here');
  }
  if ('log'.includes(values.only)) await openLongLog(folder, report);
} finally {
  await rm(folder, { recursive: true, force: true });
}
const results = fileURLToPath(new URL('../../.cache/long-results.json', import.meta.url));
process.exitCode = (await report.end(results)) ? 0 : 1;
