import type { TensorInfo } from '@tensorflow/tfjs';
import type { Dispatcher } from '../device/dispatcher.ts';
import { inTwoDimensions, kernelProgram, read, sizeOf, write } from '../device/kernel-source.ts';
import { groupsOf, overElements, workgroupsFor } from './tensor-lists.ts';

/** `Accumulate`: totals, more -> their sums, in the memory of the totals; many tensors in a dispatch. */
export function accumulate(gpu: Dispatcher, inputs: object): TensorInfo[] {
  const { totals, more } = inputs as Record<'totals' | 'more', readonly TensorInfo[]>;
  const sums = totals.map((total) => gpu.owned(total));
  const pairs = sums.map((sum, i) => [sum, more[i]!] as const);
  for (const some of groupsOf(pairs, Math.floor(gpu.maxBuffers / 2))) {
    const sizes = some.map(([sum]) => sizeOf(sum.shape));
    const program = gpu.program(`Accumulate ${sizes}`, () =>
      kernelProgram({
        label: 'Accumulate',
        storage: sizes.flatMap((_, n) => [write(`sum${n}`), read(`more${n}`)]),
        parameters: [],
        main: overElements(sizes, (n) => `sum${n}[i] += more${n}[i];`),
      }),
    );
    const buffers = some.flat().map((tensor) => gpu.buffer(tensor));
    gpu.run(program, buffers, ...inTwoDimensions(workgroupsFor(sizes), gpu.maxWorkgroups));
  }
  return sums;
}
