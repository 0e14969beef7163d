import type { TrainingPair } from '../../data/pair-source.ts';
import type { Sample } from '../../data/sample.ts';

/** The samples of a pair that hold an instance: the others have nothing to translate, and a set needs one at least. */
export function withInstances({ a, b }: TrainingPair): TrainingPair {
  const hasInstance = ({ masks }: Sample) => masks.length > 0;
  return { a: a.filter(hasInstance), b: b.filter(hasInstance) };
}

/** Why the model cannot learn from a pair: names the domain without instances, and its samples; null if it can. */
export function reasonToSkip({ a, b }: TrainingPair): string | null {
  const faults = Object.entries({ A: a, B: b }).flatMap(([domain, samples]) =>
    samples.some(({ masks }) => masks.length > 0)
      ? []
      : [`domain ${domain} has no instance in ${samples.map(({ name }) => name).join(', ')}`],
  );
  return faults.length === 0 ? null : faults.join(' and ');
}
