import type { BackendName } from '@instagan/core';
import { CPU_KERNEL_NAMES } from '../../packages/core/src/backends/kernels/cpu/register-cpu-kernels.ts';
import { NODE_KERNEL_NAMES } from '../../packages/core/src/backends/kernels/node/register-node-kernels.ts';
import { WASM_KERNEL_NAMES } from '../../packages/core/src/backends/kernels/wasm/register-wasm-kernels.ts';
import { WEBGPU_KERNEL_NAMES } from '../../packages/core/src/backends/kernels/webgpu/register-webgpu-kernels.ts';

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
