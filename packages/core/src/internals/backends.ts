/** For tests and benchmarks of backends: their kernels, switches and memory. */
export { CPU_KERNEL_NAMES } from '../backends/kernels/cpu/register-cpu-kernels.ts';
export { NODE_KERNEL_NAMES } from '../backends/kernels/node/register-node-kernels.ts';
export { WASM_KERNEL_NAMES } from '../backends/kernels/wasm/register-wasm-kernels.ts';
export { WEBGPU_KERNEL_NAMES } from '../backends/kernels/webgpu/register-webgpu-kernels.ts';
export { openOrSkip } from '../backends/testing/open-or-skip.ts';
export { wasmModule } from '../backends/wasm.ts';
export { DAWN_TOGGLES, type DawnToggle, type DawnToggles } from '../runtime/dawn-toggles.ts';
