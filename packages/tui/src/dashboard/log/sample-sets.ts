import type { RunEntry } from './run-entry.ts';
import type { SampleEntry } from './run-state.ts';

/** The pictures made after one step. */
export interface SampleSet {
  readonly step: number;
  readonly entries: readonly SampleEntry[];
}

/** Sets of pictures in the order of their steps. */
export function sampleSets({ log }: RunEntry): SampleSet[] {
  const sets = new Map<number, SampleEntry[]>();
  for (const entry of log.state.samples) {
    const set = sets.get(entry.step);
    if (set === undefined) sets.set(entry.step, [entry]);
    else if (!set.some(({ path }) => path === entry.path)) set.push(entry);
  }
  return [...sets].map(([step, entries]) => ({ step, entries }));
}

/** The pictures of the step that is nearest. @param run one that has samples */
export function nearestSet(run: RunEntry, step: number): SampleSet {
  return sampleSets(run).reduce((best, set) => (Math.abs(set.step - step) < Math.abs(best.step - step) ? set : best));
}
