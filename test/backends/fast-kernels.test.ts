import { type BackendName, openBackend } from '@instagan/core';
import {
  CPU_KERNEL_NAMES,
  NODE_KERNEL_NAMES,
  WASM_KERNEL_NAMES,
  WEBGPU_KERNEL_NAMES,
} from '@instagan/core/internals/backends';
import t from 'tap';
import { relativeDistance } from '../helpers/float64.ts';
import { skipReason } from '../helpers/open-backend.ts';
import { OP_CASES } from './op-cases/op-cases.ts';
import { computeOp, type OpResult } from './op-suite.ts';

const TOLERANCE = 2e-6;

async function computeAll(name: BackendName, stockKernels: readonly string[]): Promise<OpResult[]> {
  const backend = await openBackend(name, { stockKernels });
  try {
    const results: OpResult[] = [];
    for (const opCase of OP_CASES) results.push(await computeOp(opCase));
    return results;
  } finally {
    await backend.close();
  }
}

for (const [name, kernels] of [
  ['cpu', CPU_KERNEL_NAMES],
  ['node', NODE_KERNEL_NAMES],
  ['wasm', WASM_KERNEL_NAMES],
  ['webgpu', WEBGPU_KERNEL_NAMES],
] as const) {
  const title = `the fast kernels of ${name} compute what stock operations do, or speed would cost quality`;
  t.test(title, { skip: await skipReason(name) }, async (t) => {
    const fast = await computeAll(name, []);
    const stock = await computeAll(name, kernels);
    let bitsDiffer = false;
    for (const [i, { name: op }] of OP_CASES.entries()) {
      const [own, reference] = [fast[i]!, stock[i]!];
      const error = relativeDistance(own.values, reference.values);
      t.ok(error < TOLERANCE, `${op} differs by ${error}`);
      bitsDiffer ||= error > 0;
      for (const [input, gradient] of Object.entries(reference.gradients)) {
        const gradientError = relativeDistance(own.gradients[input]!, gradient);
        t.ok(gradientError < TOLERANCE, `${op}: gradient of ${input} differs by ${gradientError}`);
      }
    }
    t.ok(bitsDiffer, 'two implementations were compared, not one with itself');
  });
}
