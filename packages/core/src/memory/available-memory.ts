import { execFileSync } from 'node:child_process';
import os from 'node:os';
import * as tf from '@tensorflow/tfjs';
import type { OpenBackend } from '../backends/backend.ts';
import { nvidiaDriverPresent } from '../runtime/hardware.ts';
import { rssBytes } from '../runtime/runtime-info.ts';

/** Memory that there is; what is not known is absent. */
export interface AvailableMemory {
  /** Of the backend's own memory, in all. */
  readonly deviceBytes?: number;
  /** What one tensor may take on a GPU. */
  readonly tensorBytes?: number;
  /** RAM of the machine, or of the container if that is less. */
  readonly ramBytes: number;
  /** The part of it that is free, or in use by this process. */
  readonly freeRamBytes: number;
}

/** A WebAssembly memory has addresses of 32 bits. */
export const WASM_HEAP_BYTES = 2 ** 32;

/** What Node tells beyond the types of its first supported release. */
interface MemoryOfProcess {
  constrainedMemory?(): number;
  availableMemory?(): number;
}

/** The memory that a training on this backend can have. */
export function availableMemory(backend: Pick<OpenBackend, 'name' | 'software'>): AvailableMemory {
  const { constrainedMemory, availableMemory: available } = process as MemoryOfProcess;
  // 0 or nearly 2 ** 64 where nothing limits the process.
  const limit = constrainedMemory?.() || Number.POSITIVE_INFINITY;
  const ramBytes = Math.min(os.totalmem(), limit);
  const freeRamBytes = Math.min(ramBytes, (available?.() ?? os.freemem()) + rssBytes());
  const ram = { ramBytes, freeRamBytes };
  switch (backend.name) {
    case 'wasm':
      return { ...ram, deviceBytes: WASM_HEAP_BYTES };
    case 'webgpu':
      return { ...ram, ...largestWebgpuTensor(), ...(backend.software ? {} : nvidiaMemory()) };
    case 'node-gpu':
      return { ...ram, ...nvidiaMemory() };
    default:
      return ram;
  }
}

/** Kernels bind a tensor as a whole. */
function largestWebgpuTensor(): Pick<AvailableMemory, 'tensorBytes'> {
  const { device } = tf.backend() as {
    device?: { limits: { maxBufferSize: number; maxStorageBufferBindingSize: number } };
  };
  if (device === undefined) return {};
  return { tensorBytes: Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize) };
}

/** Of the largest NVIDIA GPU here, where its driver tells; WebGPU says nothing of memory. */
function nvidiaMemory(): Pick<AvailableMemory, 'deviceBytes'> {
  if (!nvidiaDriverPresent()) return {};
  try {
    const query = ['--query-gpu=memory.total', '--format=csv,noheader,nounits'];
    const lines = execFileSync('nvidia-smi', query, {
      encoding: 'utf8',
      timeout: 5000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const mebibytes = Math.max(...lines.trim().split('\n').map(Number));
    return mebibytes > 0 ? { deviceBytes: mebibytes * 2 ** 20 } : {};
  } catch {
    return {};
  }
}
