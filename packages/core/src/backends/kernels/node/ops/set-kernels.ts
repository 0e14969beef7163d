import type { Handle } from '../../../../tfjs/tensorflow-binding.ts';
import type { TensorflowCall } from '../tensorflow/tensorflow-call.ts';

interface CountsAttributes {
  readonly counts: readonly number[];
}

export function setSum(call: TensorflowCall, { x }: { x: Handle }, { counts }: CountsAttributes): Handle {
  if (counts.length === 1) return call.reduce('Sum', x, [0], true);
  return call.run('SegmentSum', [x, samples(call, counts)]);
}

export function setSpread(call: TensorflowCall, { x }: { x: Handle }, { counts }: CountsAttributes): Handle {
  return call.gather(x, samples(call, counts), 0);
}

/** For each row the sample that it belongs to. */
function samples({ constants }: TensorflowCall, counts: readonly number[]): Handle {
  return constants.integers(counts.flatMap((count, sample) => new Array<number>(count).fill(sample)));
}
