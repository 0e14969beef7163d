// What the portable benchmark runs, see build.js: our WebGPU backend in full and mixed precision, TensorFlow.js without kernels of ours, and PyTorch on
// the same GPU, at every setting; writes results.json and results.md after each measurement.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { measureOurs, measurePeer, peerFlags } from '../competitors.ts';
import type { Measured } from '../measure/measuring.ts';
import type { BenchOptions } from '../options.ts';
import { median } from '../report.ts';
import { SETTINGS, type SettingName } from '../settings.ts';
import { type Measurement, resultsTable } from './results-table.ts';

const USAGE = `sh run.sh [options]

  --settings LIST    of ${Object.keys(SETTINGS).join(', ')} (all)
  --benchmarks LIST  of step, translate (both)
  --competitors LIST of webgpu, mixed, stock, pytorch (all)
  --steps N          repeats that count (10; of stock 1)
  --size HxW --ngf N --blocks N   instead of the settings': for a trial
  --limit SECONDS    for each measurement (600)
  --output DIR       for results.json and results.md (results)`;

const { values } = parseArgs({
  options: {
    settings: { type: 'string', default: Object.keys(SETTINGS).join() },
    benchmarks: { type: 'string', default: 'step,translate' },
    competitors: { type: 'string', default: 'webgpu,mixed,stock,pytorch' },
    steps: { type: 'string', default: '10' },
    size: { type: 'string' },
    ngf: { type: 'string' },
    blocks: { type: 'string' },
    limit: { type: 'string', default: '600' },
    output: { type: 'string', default: 'results' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(`${USAGE}\n`);
else await main();

async function main(): Promise<void> {
  const peerDevice = cudaThere() ? 'cuda' : 'cpu';
  const measurements: Measurement[] = [];
  mkdirSync(values.output, { recursive: true });
  for (const name of values.settings.split(',') as SettingName[]) {
    for (const benchmark of values.benchmarks.split(',') as ('step' | 'translate')[]) {
      for (const competitor of values.competitors.split(',') as Measurement['competitor'][]) {
        const options = optionsFor(name, benchmark, competitor, peerDevice);
        const begin = performance.now();
        const outcome = await measured(competitor, options).catch((error: Error) => ({ failure: error.message }));
        measurements.push({ setting: name, benchmark, competitor, ...outcome });
        const { height, width, ngf } = options.setting;
        const result = 'failure' in outcome ? outcome.failure : `${outcome.seconds.toFixed(4)} s`;
        const took = ((performance.now() - begin) / 1000).toFixed(0);
        process.stdout.write(`${benchmark} ${height}x${width} ngf ${ngf} ${competitor}: ${result} (took ${took} s)\n`);
        writeFileSync(path.join(values.output, 'results.json'), `${JSON.stringify(measurements, null, 2)}\n`);
        writeFileSync(path.join(values.output, 'results.md'), resultsTable(measurements));
      }
    }
  }
  process.stdout.write(`\n${resultsTable(measurements)}`);
}

function optionsFor(
  name: SettingName,
  benchmark: 'step' | 'translate',
  competitor: Measurement['competitor'],
  peerDevice: string,
): BenchOptions {
  const usual = SETTINGS[name];
  const [height, width] = values.size === undefined ? [usual.height, usual.width] : values.size.split('x').map(Number);
  const ngf = Number(values.ngf ?? usual.ngf);
  const blocks = Number(values.blocks ?? usual.blocks);
  const stock = competitor === 'stock';
  return {
    benchmark,
    setting: { ...usual, height: height as number, width: width as number, ngf, ndf: ngf, blocks },
    backends: ['webgpu'],
    stock,
    precision: competitor === 'mixed' ? 'mixed' : 'full',
    runtime: 'node',
    peer: competitor === 'pytorch',
    peerDevice,
    threads: 1,
    warmUp: stock ? 1 : 3,
    repeats: stock ? 1 : Number(values.steps),
    limitSeconds: Number(values.limit),
    json: false,
  };
}

async function measured(
  competitor: Measurement['competitor'],
  options: BenchOptions,
): Promise<Omit<Measured, 'seconds'> & { seconds: number }> {
  const { seconds, ...rest } =
    competitor === 'pytorch'
      ? await measurePeer<Measured>(options, peerFlags(options))
      : await measureOurs<Measured>('webgpu', options, { ...options.setting });
  return { ...rest, seconds: median(seconds) };
}

function cudaThere(): boolean {
  try {
    const check = ['-c', 'import torch, sys; sys.exit(not torch.cuda.is_available())'];
    execFileSync(process.env.PYTHON ?? 'python3', check, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
