import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Test } from 'tap';
import { temporaryFolder } from '../helpers/cli-process.ts';
import { type ProcessResult, runProcess } from '../helpers/run-process.ts';
import type { ProgramReport } from './program.ts';
import { NODE, type RuntimeCommand, repositoryFile } from './runtime-command.ts';

/** Losses of the second step and pixels of the result, relative and absolute: engines round `Math.sin` and others apart. */
const TOLERANCE = 1e-3;

async function runProgram(t: Test, runtime: RuntimeCommand, cwd: string, backend: string): Promise<ProgramReport> {
  await mkdir(cwd, { recursive: true });
  const program = repositoryFile('test/runtime/program.ts');
  const result = await runProcess(runtime.command, [...runtime.args, program, cwd, backend]);
  t.equal(result.exitCode, 0, 'the program ends well', { output: result.stderr });
  return JSON.parse(result.stdout.trim().split('\n').at(-1) ?? '') as ProgramReport;
}

/** The largest difference, relative where values are larger than 1; infinite when lengths differ. */
function largestDifference(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length || actual.length === 0) return Number.POSITIVE_INFINITY;
  return Math.max(
    ...expected.map((value, index) => Math.abs((actual[index] as number) - value) / Math.max(1, Math.abs(value))),
  );
}

/** What a user of a runtime counts on: core, datasets and the command work there, with threads, and compute the same. */
export function runtimeSuite(t: Test, name: 'node' | 'bun' | 'deno', runtime: RuntimeCommand): void {
  t.test('core and datasets train and translate, with the results that Node gives', async (t) => {
    const cwd = await temporaryFolder(t);
    const reference = await runProgram(t, NODE, path.join(cwd, 'reference'), 'wasm');
    for (const backend of ['wasm', 'cpu']) {
      const report = await runProgram(t, runtime, path.join(cwd, backend), backend);
      t.equal(report.runtime, name);
      t.strictSame(report.warnings, [], 'nothing is amiss, such as threads that do not start');
      t.equal(report.workers, 1, 'images are decoded in a worker thread');
      if (backend === 'wasm') t.match(report.device, '2 threads');
      t.equal(report.losses.length, 2);
      const losses = largestDifference(report.losses.flat(), reference.losses.flat());
      t.ok(losses < TOLERANCE, `${backend}: losses as on Node, differing by ${losses}`);
      const pixels = largestDifference(report.translated, reference.translated);
      t.ok(pixels < TOLERANCE, `${backend}: the translated image as on Node, differing by ${pixels}`);
      t.equal(report.masks, reference.masks);
    }
  });

  t.test('the command trains and tells what can compute here', async (t) => {
    const cwd = await temporaryFolder(t);
    // On Node the command loads TypeScript by itself.
    const args = runtime === NODE ? [] : runtime.args;
    const instagan = (line: string): Promise<ProcessResult> =>
      runProcess(runtime.command, [...args, repositoryFile('packages/tui/bin/instagan.js'), ...line.split(' ')], {
        cwd,
      });
    const backends = await instagan('backends --json');
    t.equal(backends.exitCode, 0, 'exit code', { output: backends.stderr });
    const listed = (JSON.parse(backends.stdout) as { backends: { name: string; opens: boolean }[] }).backends;
    const opening = new Map(listed.map(({ name, opens }) => [name, opens]));
    t.match(Object.fromEntries(opening), { wasm: true, cpu: true });

    const drawn = await instagan('dataset draw --output meadow --count 2 --size 32x32');
    t.equal(drawn.exitCode, 0, 'exit code', { output: drawn.stderr });
    const settings = '--backend wasm --size 32x32 --ngf 4 --ndf 4 --blocks 1 --max-instances 2';
    const trained = await instagan(`train --data meadow --run run --steps 2 ${settings} --ui json`);
    t.equal(trained.exitCode, 0, 'exit code', { output: trained.stderr });
    const last = JSON.parse(trained.stdout.trim().split('\n').at(-1) ?? '') as unknown;
    t.match(last, { type: 'run-finished', step: 2, reason: 'completed' });

    const wrong = await instagan('train --data meadow --run run --steps two');
    t.equal(wrong.exitCode, 2, 'wrong usage is told by the exit code');
  });
}
