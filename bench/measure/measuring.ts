import { readFileSync } from 'node:fs';
import { type BackendName, type BackendOptions, type OpenBackend, openBackend } from '@instagan/core';
import * as tf from '@tensorflow/tfjs';
import type { Precision, Repetition } from '../options.ts';
import { kernelNames } from './kernel-names.ts';

/** What every measurement is asked for, as JSON in its first argument. */
export interface MeasurementOptions extends Repetition {
  readonly backend: BackendName;
  readonly stock: boolean;
  readonly precision: Precision;
  /** Of webgpu, as `openBackend` takes them. */
  readonly toggles?: BackendOptions['toggles'];
  readonly tuning?: BackendOptions['tuning'];
  /** Of webgpu. @default true, but for stock kernels */
  readonly replay?: boolean;
}

/** What every measurement prints, as JSON on its last line. */
export interface Measured {
  readonly device: string;
  /** Of each repeat that counts. */
  readonly seconds: readonly number[];
  /** Of the first repeat of all, in which kernels are compiled; where it is told. */
  readonly firstSeconds?: number;
  readonly peakRssBytes: number;
  /** GPU memory that is held at the end, idle buffers among it, where the backend tells. */
  readonly gpuBytes?: number;
  /** GPU dispatches of one repeat, where they are counted. */
  readonly dispatches?: number;
}

/** Opens the backend that the options ask for. */
export function openForMeasurement(options: MeasurementOptions): Promise<OpenBackend> {
  const { backend, stock, precision, threads, toggles = {}, tuning = true, replay = !stock } = options;
  const stockKernels = stock ? kernelNames(backend) : [];
  const takesThreads = backend === 'wasm' || backend === 'node';
  return openBackend(backend, {
    stockKernels,
    ...(takesThreads ? { threads } : {}),
    ...(backend === 'webgpu' ? { precision, toggles, tuning, replay } : {}),
  });
}

/** Wall times of `work` after those that warm up. It must wait for its result. */
export async function secondsOf(
  work: () => Promise<void>,
  { warmUp, repeats }: Omit<Repetition, 'threads'>,
): Promise<number[]> {
  const seconds: number[] = [];
  for (let i = 0; i < warmUp + repeats; i++) {
    const begin = performance.now();
    await work();
    if (i >= warmUp) seconds.push((performance.now() - begin) / 1000);
  }
  return seconds;
}

/** Times `work` and says what it took besides. */
export async function measure(
  work: () => Promise<void>,
  backend: OpenBackend,
  options: MeasurementOptions,
): Promise<Measured> {
  const all = await secondsOf(work, { ...options, warmUp: 0, repeats: options.warmUp + options.repeats });
  const { device, dispatches } = backend;
  const dispatchesBefore = dispatches?.() ?? 0;
  if (dispatches !== undefined) await work();
  const { numBytesAllocatedInGPU } = tf.memory() as { numBytesAllocatedInGPU?: number };
  return {
    device,
    seconds: all.slice(options.warmUp),
    firstSeconds: all[0] as number,
    peakRssBytes: peakRssBytes(),
    ...(numBytesAllocatedInGPU === undefined ? {} : { gpuBytes: numBytesAllocatedInGPU }),
    ...(dispatches === undefined ? {} : { dispatches: dispatches() - dispatchesBefore }),
  };
}

/** From the kernel where it tells: Bun and Deno count resource usage in other units. */
function peakRssBytes(): number {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kibibytes !== undefined) return Number(kibibytes) * 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}
