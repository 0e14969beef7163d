/// <reference path="../../../../runtime/webassembly.d.ts" />
import { createRequire } from 'node:module';
import { runtimeInfo } from '../../../../runtime/runtime-info.ts';
import { PLAIN, RELAXED, SHARED, SHARED_RELAXED } from './binaries.ts';

const require = createRequire(import.meta.url);

/** What the module exports; addresses are in the memory it was given. */
export interface KernelExports {
  run(control: number, kind: number, units: number, workers: number): void;
  stop(control: number): void;
}

/** A module, and whether its multiplications and additions are fused. */
export interface KernelBinary {
  readonly bytes: Uint8Array;
  readonly fused: boolean;
}

/**
 * The fastest kernels that this runtime can run.
 *
 * @param shared whether the memory is shared between threads
 * @param fused whether a multiply and an add may be one instruction, which is faster and rounds once: results then
 *   differ in the last digits from those of machines that cannot
 */
export function kernelBinary(shared: boolean, fused: boolean): KernelBinary {
  if (fused) {
    const bytes = decode(shared ? SHARED_RELAXED : RELAXED);
    if (WebAssembly.validate(bytes)) return { bytes, fused: true };
    allowRelaxedSimd();
    if (WebAssembly.validate(bytes)) return { bytes, fused: true };
  }
  return { bytes: decode(shared ? SHARED : PLAIN), fused: false };
}

/** Relaxed SIMD is complete in the V8 of Node 20, but behind a flag; later ones have it on. */
function allowRelaxedSimd(): void {
  if (runtimeInfo().name !== 'node') return;
  const v8 = require('node:v8') as typeof import('node:v8');
  v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
}

function decode(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

/** An instance of the kernels on a memory that another module owns. */
export function instantiateKernels(binary: Uint8Array, memory: WebAssembly.Memory): KernelExports {
  return new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } })
    .exports as unknown as KernelExports;
}
