import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { BACKEND_NAMES, type BackendName } from '@instagan/core/backends';
import { UsageError } from '@instagan/core/data';
import { oneOf, parseSize, wholeNumber } from './option-values.ts';
import { type NetworkSetting, SETTINGS, type SettingName } from './settings.ts';

export const BENCHMARKS = ['step', 'translate', 'ops'] as const;
export type Benchmark = (typeof BENCHMARKS)[number];

export const RUNTIMES = ['node', 'bun', 'deno'] as const;
export type Runtime = (typeof RUNTIMES)[number];

export const PRECISIONS = ['full', 'mixed'] as const;
export type Precision = (typeof PRECISIONS)[number];

export const PEER_MODES = ['eager', 'compile', 'autocast'] as const;
export type PeerMode = (typeof PEER_MODES)[number];

/** How often something is measured, and with what. */
export interface Repetition {
  readonly threads: number;
  /** Repeats that do not count. */
  readonly warmUp: number;
  readonly repeats: number;
}

export interface BenchOptions extends Repetition {
  readonly benchmark: Benchmark;
  readonly setting: NetworkSetting;
  readonly backends: readonly BackendName[];
  /** All kernels of ours off, and webgpu's recordings. */
  readonly stock: boolean;
  /** `mixed`: products in half precision, on webgpu. */
  readonly precision: Precision;
  readonly runtime: Runtime;
  readonly peer: boolean;
  /** PyTorch's device, such as `cpu` or `cuda`. */
  readonly peerDevice: string;
  /** How PyTorch computes: as written, through `torch.compile`, or as written under autocast to bfloat16. @default 'eager' */
  readonly peerMode?: PeerMode;
  /** For each competitor. @default none */
  readonly limitSeconds?: number;
  readonly json: boolean;
}

export const USAGE = `npm run bench -- BENCHMARK [options]

Benchmarks
  step                 a training step: two chunks, each an update of both generators and both discriminators
  translate            an image with its instances, from and to the host
  ops                  every operation of the networks at its shapes

Options
  --setting NAME       ${Object.entries(SETTINGS).map(describeSetting).join('; ')} (small)
  --size HxW           image size, instead of the setting's
  --ngf N, --ndf N     channels of generator, discriminator (ndf: as ngf)
  --blocks N           residual blocks (9)
  --instances N        instances of each image (4)
  --per-chunk N        instances of a chunk (2)
  --vary               steps on images with 1 to --instances instances: a repeat is a round of all pairs of numbers
  --backends LIST      backends, separated by commas (wasm)
  --stock              without kernels of ours, and on webgpu without replaying recorded commands
  --precision NAME     full or mixed: products in half precision, on webgpu (full)
  --runtime NAME       node, bun or deno for our side; INSTAGAN_BUN and INSTAGAN_DENO name the programs (node)
  --peer pytorch       the same in eager PyTorch; PYTHON names the interpreter (python3)
  --peer-device NAME   PyTorch's device (cpu)
  --peer-mode NAME     eager, compile (torch.compile) or autocast (bfloat16); of step and translate (eager)
  --threads N          threads of every competitor (all cores)
  --steps N            repeats that count (5)
  --warm-up N          repeats before them (5, after which backends have recorded what they record; ops: 1)
  --json               print the result as JSON`;

/**
 * Reads the command line of a benchmark.
 *
 * @throws UsageError with one sentence for what is wrong
 */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = readFlags(args);
  const number = (name: Exclude<keyof typeof values, 'stock' | 'vary' | 'json'>, usual: number, least = 1) =>
    values[name] === undefined ? usual : wholeNumber(name, values[name], least);
  const usual: NetworkSetting = SETTINGS[oneOf('--setting', values.setting ?? 'small', settingNames())];
  const ngf = number('ngf', usual.ngf);
  const benchmark = oneOf('the benchmark', positionals.join(' '), BENCHMARKS);
  if (values.peer !== undefined) oneOf('--peer', values.peer, ['pytorch']);
  if (values.vary && benchmark !== 'step') throw new UsageError('--vary goes with the benchmark step only.');
  return {
    benchmark,
    setting: {
      ...(values.size === undefined ? { height: usual.height, width: usual.width } : parseSize(values.size)),
      ngf,
      ndf: number('ndf', ngf),
      blocks: number('blocks', usual.blocks),
      instances: number('instances', usual.instances),
      vary: values.vary,
      instancesPerChunk: number('per-chunk', usual.instancesPerChunk),
    },
    backends: (values.backends ?? 'wasm').split(',').map((name) => oneOf('--backends', name, BACKEND_NAMES)),
    stock: values.stock,
    precision: oneOf('--precision', values.precision ?? 'full', PRECISIONS),
    runtime: oneOf('--runtime', values.runtime ?? 'node', RUNTIMES),
    peer: values.peer !== undefined,
    peerDevice: values['peer-device'] ?? 'cpu',
    peerMode: oneOf('--peer-mode', values['peer-mode'] ?? 'eager', PEER_MODES),
    threads: number('threads', availableParallelism()),
    repeats: number('steps', 5),
    warmUp: number('warm-up', benchmark === 'ops' ? 1 : 5, 0),
    json: values.json,
  };
}

function readFlags(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const sizes = { setting: text, size: text, ngf: text, ndf: text, blocks: text, instances: text, 'per-chunk': text };
  const competitors = {
    backends: text,
    stock: flag,
    precision: text,
    runtime: text,
    peer: text,
    'peer-device': text,
    'peer-mode': text,
    threads: text,
  };
  const options = { ...sizes, ...competitors, vary: flag, steps: text, 'warm-up': text, json: flag };
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}.`);
  }
}

function settingNames(): SettingName[] {
  return Object.keys(SETTINGS) as SettingName[];
}

function describeSetting([name, { height, width, ngf }]: [string, NetworkSetting]): string {
  return `${name}: ${height}x${width}, ngf ${ngf}`;
}
