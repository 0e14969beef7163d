// What watching costs a training: the computing time of an attached dashboard, the training's steps with and without one,
// and what its event log and its control channel take of a step.
//
//   npx tsx bench/dashboard-cost.ts [--steps N] [--threads N] [--json]
//
// The training is the `small` preset at 64x64 on wasm, on the drawn set, with sample pictures every 50 steps.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { TrainingControl } from '@instagan/core/control';
import { eventLogFile, openEventLog, type RunEvent, readEvents } from '@instagan/core/events';
import { until } from '../test/helpers/live-runs.ts';
import { TerminalEmulator } from '../test/helpers/terminal-emulator.ts';

type StepEvent = Extract<RunEvent, { type: 'step' }>;

const COMMAND = fileURLToPath(new URL('../packages/tui/bin/instagan.js', import.meta.url));
/** Computing time of the dashboard's process, in microseconds: a line when told to, and one on its way out. */
const CPU_FILE = 'cpu.jsonl';
const REPORT_CPU = `import { appendFileSync } from 'node:fs';
const report = () => appendFileSync('${CPU_FILE}', JSON.stringify(process.cpuUsage()) + '\\n');
process.on('SIGUSR2', report);
process.on('exit', report);`;
/** Steps that do not count: kernels are compiled, caches filled. */
const WARM_UP_STEPS = 5;
const MAX_TRAINING_MS = 3_600_000;
const APPENDS = 2000;
const LOOKS = 1e6;

const { values: options } = parseArgs({
  options: {
    steps: { type: 'string', default: '60' },
    threads: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const folder = await mkdtemp(path.join(tmpdir(), 'instagan-bench-'));
try {
  await instagan('dataset draw --output meadow --count 20 --size 64x64');
  await train('alone');
  const training = train('watched');
  const dashboard = await watch('watched');
  await training;
  const steps = await stepsOf('watched');
  const stepSeconds = { alone: medianSeconds(await stepsOf('alone')), watched: medianSeconds(steps) };
  const log = await logSeconds(steps.at(-1) as StepEvent);
  const report = { ...dashboard, stepSeconds, logSeconds: log, controlSeconds: controlSeconds() };
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else {
    const percent = (share: number) => `${(100 * share).toPrecision(2)} %`;
    const { startUpCpuSeconds, cpuSeconds, seconds } = dashboard;
    process.stdout.write(
      `dashboard    ${startUpCpuSeconds.toFixed(2)} s of computing to start, then ${cpuSeconds.toFixed(2)} s in ${seconds.toFixed(0)} s: ${percent(cpuSeconds / seconds)}\n` +
        `a step       ${stepSeconds.alone.toFixed(3)} s alone, ${stepSeconds.watched.toFixed(3)} s watched (medians)\n` +
        `its log      ${(1e6 * log).toFixed(0)} µs, ${percent(log / stepSeconds.alone)} of a step\n` +
        `its control  ${(1e6 * report.controlSeconds).toFixed(2)} µs, ${percent(report.controlSeconds / stepSeconds.alone)} of a step\n`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function instagan(command: string): Promise<void> {
  await promisify(execFile)(process.execPath, [COMMAND, ...command.split(' ')], { cwd: folder });
}

function train(run: string): Promise<void> {
  const length = `--steps ${options.steps} --sample-every 50 --threads ${options.threads}`;
  return instagan(`train --data meadow --run ${run} --preset small --backend wasm --ui plain ${length}`);
}

/** Watches a training from its first step to its end. */
async function watch(run: string) {
  await until('the training begins', async () => existsSync(eventLogFile(path.join(folder, run))));
  const terminal = new TerminalEmulator(['monitor', run], {
    cwd: folder,
    columns: 120,
    rows: 36,
    env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(REPORT_CPU).replaceAll("'", '%27')}` },
  });
  await terminal.shows(/● running[\s\S]*cycleA \d/);
  terminal.process.kill('SIGUSR2');
  const beganMs = performance.now();
  await terminal.shows(/● (completed|failed)/, MAX_TRAINING_MS);
  const seconds = (performance.now() - beganMs) / 1000;
  terminal.press('q');
  await terminal.exited;
  const lines = (await readFile(path.join(folder, CPU_FILE), 'utf8')).trim().split('\n');
  const [start, end] = lines.map((line) => {
    const { user, system } = JSON.parse(line) as NodeJS.CpuUsage;
    return (user + system) / 1e6;
  }) as [number, number];
  return { startUpCpuSeconds: start, cpuSeconds: end - start, seconds };
}

async function stepsOf(run: string): Promise<StepEvent[]> {
  const steps: StepEvent[] = [];
  for await (const event of readEvents(eventLogFile(path.join(folder, run))))
    if (event.type === 'step') steps.push(event);
  return steps;
}

function medianSeconds(steps: readonly StepEvent[]): number {
  const seconds = steps.slice(WARM_UP_STEPS).map((step) => step.seconds);
  return seconds.sort((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? Number.NaN;
}

/** Seconds that a training waits for one step to be logged. */
async function logSeconds(step: StepEvent): Promise<number> {
  const log = await openEventLog(path.join(folder, 'log'));
  const beganMs = performance.now();
  for (let i = 0; i < APPENDS; i++) await log.append(step);
  const seconds = (performance.now() - beganMs) / 1000 / APPENDS;
  await log.close();
  return seconds;
}

/** Seconds that a training takes to look for a command after a step. */
function controlSeconds(): number {
  const control = new TrainingControl();
  const beganMs = performance.now();
  for (let i = 0; i < LOOKS; i++) control.take();
  return (performance.now() - beganMs) / 1000 / LOOKS;
}
