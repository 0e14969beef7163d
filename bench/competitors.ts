import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BackendName } from '@instagan/core/backends';
import type { MeasurementOptions } from './measure/measuring.ts';
import type { Benchmark, BenchOptions, Runtime } from './options.ts';

const run = promisify(execFile);

/** `.ts` in the repository, `.mjs` in the portable form. */
const EXTENSION = path.extname(import.meta.url);

/** What PyTorch tells beside its times. */
export interface PeerIdentity {
  readonly name: string;
  readonly version: string;
}

/** What `measure/` has a script for: the benchmarks, and two that only look at our side. */
export type OurScript = Benchmark | 'verify' | 'profile';

/** Values by name: what a measurement is asked for beside the repetition. */
export type Asked = Readonly<Record<string, unknown>>;

/**
 * Measures one backend in a process of its own.
 *
 * @param asked the setting, or the cases
 * @throws Error with the last thing that process said
 */
export function measureOurs<T>(
  backend: BackendName,
  options: Omit<BenchOptions, 'benchmark'> & { readonly benchmark: OurScript },
  asked: Asked,
): Promise<T> {
  const { benchmark, stock, precision, runtime, threads, warmUp, repeats } = options;
  const all: MeasurementOptions & Asked = { backend, stock, precision, threads, warmUp, repeats, ...asked };
  const script = fileURLToPath(new URL(`./measure/${benchmark}${EXTENSION}`, import.meta.url));
  const [command, ...args] = runtimeCommand(runtime);
  return lastLineOf(options, command, [...args, script, JSON.stringify(all)]);
}

/** What PyTorch is asked for to do steps, or translations, of a setting. */
export function peerFlags({ benchmark, setting }: BenchOptions): Asked {
  const { height, width, ngf, ndf, blocks, instances, vary, instancesPerChunk } = setting;
  const sizes = { height, width, ngf, blocks, instances, 'per-chunk': instancesPerChunk };
  return benchmark === 'step' ? { ...sizes, ndf, vary: Number(vary) } : sizes;
}

/**
 * Measures PyTorch in a process of its own.
 *
 * @param asked values of its flags
 * @throws Error with the last thing that process said
 */
export function measurePeer<T>(options: BenchOptions, asked: Asked): Promise<T & PeerIdentity> {
  const { benchmark, peerDevice, peerMode, threads, warmUp, repeats } = options;
  const mode = benchmark === 'ops' ? {} : { mode: peerMode ?? 'eager' };
  const flags = { ...asked, ...mode, threads, 'warm-up': warmUp, repeats, device: peerDevice };
  const script = fileURLToPath(new URL(`./peers/pytorch_${benchmark}.py`, import.meta.url));
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return lastLineOf(options, process.env.PYTHON ?? 'python3', ['-B', script, ...args]);
}

/** The program that runs a module in TypeScript, and what comes before the module's file. */
function runtimeCommand(runtime: Runtime): [string, ...string[]] {
  switch (runtime) {
    case 'node':
      return [process.execPath, ...(EXTENSION === '.ts' ? ['--import', import.meta.resolve('tsx')] : [])];
    case 'bun':
      return [process.env.INSTAGAN_BUN || 'bun'];
    case 'deno':
      return [process.env.INSTAGAN_DENO || 'deno', 'run', '--allow-all'];
  }
}

async function lastLineOf<T>(
  { limitSeconds = 0 }: Pick<BenchOptions, 'limitSeconds'>,
  command: string,
  args: readonly string[],
): Promise<T> {
  try {
    const { stdout } = await run(command, [...args], { maxBuffer: 2 ** 24, timeout: 1000 * limitSeconds });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
  } catch (error) {
    const { stderr = '', message, killed } = error as { stderr?: string; message: string; killed?: boolean };
    if (killed) throw new Error(`${command} took longer than ${limitSeconds} s`);
    throw new Error(`${command} failed: ${stderr.trim().split('\n').at(-1) || message}`);
  }
}
