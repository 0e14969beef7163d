import { readFileSync } from 'node:fs';
import { type BackendName, type OpenBackend, openBackend } from '@instagan/core';
import * as tf from '@tensorflow/tfjs';
import type { Repetition } from '../options.ts';
import { kernelNames } from './kernel-names.ts';

/** What every measurement is asked for, as JSON in its first argument. */
export interface MeasurementOptions extends Repetition {
  readonly backend: BackendName;
  readonly stock: boolean;
}

/** What every measurement prints, as JSON on its last line. */
export interface Measured {
  readonly device: string;
  /** Of each repeat that counts. */
  readonly seconds: readonly number[];
  readonly peakRssBytes: number;
  /** GPU memory that the backend holds, where it tells. */
  readonly peakGpuBytes?: number;
  /** GPU dispatches of one repeat, where they are counted. */
  readonly dispatches?: number;
}

/** Opens the backend that the options ask for. */
export function openForMeasurement({ backend, stock, threads }: MeasurementOptions): Promise<OpenBackend> {
  const stockKernels = stock ? kernelNames(backend) : [];
  const takesThreads = backend === 'wasm' || backend === 'node';
  return openBackend(backend, { stockKernels, ...(takesThreads ? { threads } : {}) });
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

/** Peaks of this process. A GPU backend never gives memory back, so what it holds at the end is its peak. */
export function peakMemory(): Pick<Measured, 'peakRssBytes' | 'peakGpuBytes'> {
  const { numBytesAllocatedInGPU } = tf.memory() as { numBytesAllocatedInGPU?: number };
  return {
    peakRssBytes: peakRssBytes(),
    ...(numBytesAllocatedInGPU === undefined ? {} : { peakGpuBytes: numBytesAllocatedInGPU }),
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
