import type { BackendName } from '@instagan/core';
import {
  CPU_KERNEL_NAMES,
  NODE_KERNEL_NAMES,
  WASM_KERNEL_NAMES,
  WEBGPU_KERNEL_NAMES,
} from '@instagan/core/internals/backends';

/** The ops that a backend has kernels of ours for. */
export function kernelNames(backend: BackendName): readonly string[] {
  const names: Partial<Record<BackendName, readonly string[]>> = {
    webgpu: WEBGPU_KERNEL_NAMES,
    'node-gpu': NODE_KERNEL_NAMES,
    wasm: WASM_KERNEL_NAMES,
    node: NODE_KERNEL_NAMES,
    cpu: CPU_KERNEL_NAMES,
  };
  return names[backend] ?? [];
}
