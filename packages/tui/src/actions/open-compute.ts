import { type OpenBackend, openBackend } from '@instagan/core';
import type { ComputeOptions } from '../options/shared.ts';

/** Opens the backend that the options ask for. @param remark is told what did not go as asked */
export function openCompute(
  { backend, threads, adapter, precision, tuning, replay = true }: ComputeOptions,
  remark: (text: string) => void,
): Promise<OpenBackend> {
  return openBackend(backend, {
    ...(threads === undefined ? {} : { threads }),
    ...(adapter === undefined ? {} : { adapter }),
    precision,
    tuning,
    replay,
    log: (message) => remark(`instagan: ${message}`),
  });
}

/** Such as `wasm (2 threads, SIMD), chosen by auto: the best that opens here (webgpu: no GPU adapter)`. */
export function describeCompute({ name, device, reason }: OpenBackend): string {
  return `${name} (${device})${reason === undefined ? '' : `, chosen by auto: ${reason}`}`;
}
