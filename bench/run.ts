// Benchmarks against peers, in one run on one machine.
//
//   npm run bench -- step [--size 64x64] [--ngf 16] [--backends wasm,node] [--peer pytorch] [--json]
//
// Each backend and the peer run in a process of their own, one after the other, with equally many threads. The figure is
// the median of the counted steps; memory is the peak of the process.
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { BACKEND_NAMES, type BackendName } from '@instagan/core';
import type { StepBenchmark, StepTimes } from './measure-step.ts';

const USAGE = `npm run bench -- step [options]

  --size HxW           image size                         (64x64)
  --ngf N, --ndf N     channels of generator, discriminator (16, ngf)
  --blocks N           residual blocks                    (9)
  --instances N        instances of each image            (4)
  --per-chunk N        instances of a chunk               (2)
  --backends LIST      backends, separated by commas      (wasm)
  --peer pytorch       the same step in eager PyTorch; PYTHON names the interpreter (python3)
  --threads N          threads of every competitor        (all cores)
  --steps N            steps that count, after a warm-up of one (5)
  --json               print the result as JSON`;

const run = promisify(execFile);
const { values: options, positionals } = readArguments();
if (positionals.length !== 1 || positionals[0] !== 'step') fail(`say which benchmark to run.\n\n${USAGE}`);

const [height = 0, width = 0] = options.size.split('x').map(Number);
const ngf = wholeNumber('ngf');
const sizes = {
  height,
  width,
  ngf,
  ndf: options.ndf === undefined ? ngf : wholeNumber('ndf'),
  blocks: wholeNumber('blocks'),
  instances: wholeNumber('instances'),
  instancesPerChunk: wholeNumber('per-chunk'),
  threads: options.threads === undefined ? availableParallelism() : wholeNumber('threads'),
  warmUp: 1,
  steps: wholeNumber('steps'),
};
if (!(height >= 32 && width >= 32 && height % 4 === 0 && width % 4 === 0)) {
  fail(`--size ${options.size} is no size: give HxW in multiples of 4, at least 32x32.`);
}

interface Result {
  readonly device: string;
  readonly secondsPerStep: number;
  readonly peakRssBytes: number;
}

const results: (Result & { backend: string })[] = [];
for (const backend of options.backends.split(',')) {
  if (!BACKEND_NAMES.includes(backend as BackendName)) {
    fail(`there is no backend ${backend}: ${BACKEND_NAMES.join(', ')}.`);
  }
  const result = await measureBackend(backend as BackendName);
  results.push({ backend, ...result });
  say(backend, result);
}
const peer = options.peer === undefined ? null : await measurePeer();
if (peer !== null) say(`${peer.name} ${peer.version}`, peer);
const ratios =
  peer && Object.fromEntries(results.map((each) => [each.backend, each.secondsPerStep / peer.secondsPerStep]));
if (options.json)
  process.stdout.write(`${JSON.stringify({ benchmark: 'step', sizes, results, peer, ratios }, null, 2)}\n`);
else
  for (const [backend, ratio] of Object.entries(ratios ?? {}))
    process.stdout.write(`${backend} / peer: ${ratio.toFixed(2)}\n`);

async function measureBackend(backend: BackendName): Promise<Result> {
  const benchmark: StepBenchmark = { backend, ...sizes };
  const script = fileURLToPath(new URL('./measure-step.ts', import.meta.url));
  return summarise(await jsonOf(process.execPath, [...process.execArgv, script, JSON.stringify(benchmark)]));
}

async function measurePeer(): Promise<Result & { name: string; version: string }> {
  if (options.peer !== 'pytorch') fail(`--peer ${options.peer} is not there: pytorch is.`);
  const script = fileURLToPath(new URL('./peers/pytorch_step.py', import.meta.url));
  const flags = Object.entries({ ...sizes, 'per-chunk': sizes.instancesPerChunk, 'warm-up': sizes.warmUp }).flatMap(
    ([name, value]) => (['instancesPerChunk', 'warmUp'].includes(name) ? [] : [`--${name}`, String(value)]),
  );
  const report = await jsonOf(process.env.PYTHON ?? 'python3', [script, ...flags]);
  return { name: 'pytorch', version: (report as unknown as { version: string }).version, ...summarise(report) };
}

async function jsonOf(command: string, parameters: string[]): Promise<StepTimes> {
  try {
    const { stdout } = await run(command, parameters, { maxBuffer: 2 ** 24 });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as StepTimes;
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string };
    return fail(`${command} failed: ${stderr.trim().split('\n').at(-1) || message}`);
  }
}

function summarise({ device, seconds, peakRssBytes }: StepTimes): Result {
  const sorted = [...seconds].sort((a, b) => a - b);
  return { device, secondsPerStep: sorted[Math.floor(sorted.length / 2)] as number, peakRssBytes };
}

function say(name: string, { device, secondsPerStep, peakRssBytes }: Result): void {
  const line = `${name} (${device}): ${secondsPerStep.toFixed(3)} s a step, peak ${Math.round(peakRssBytes / 2 ** 20)} MiB\n`;
  (options.json ? process.stderr : process.stdout).write(line);
}

function wholeNumber(name: 'ngf' | 'ndf' | 'blocks' | 'instances' | 'per-chunk' | 'threads' | 'steps'): number {
  const value = Number(options[name]);
  if (!Number.isInteger(value) || value < 1)
    fail(`--${name} takes a whole number of at least 1, not ${options[name]}.`);
  return value;
}

function readArguments() {
  const text = (value: string) => ({ type: 'string', default: value }) as const;
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        size: text('64x64'),
        ngf: text('16'),
        ndf: { type: 'string' },
        blocks: text('9'),
        instances: text('4'),
        'per-chunk': text('2'),
        backends: text('wasm'),
        peer: { type: 'string' },
        threads: { type: 'string' },
        steps: text('5'),
        json: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function fail(message: string): never {
  process.stderr.write(`bench: ${message}\n`);
  process.exit(2);
}
