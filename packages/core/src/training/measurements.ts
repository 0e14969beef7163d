import * as tf from '@tensorflow/tfjs';
import type { Measurements } from '../models/learner.ts';

/** The mean of each measurement over the updates that have it, in one transfer. Disposes the scalars. */
export async function readMeasurements<Name extends string>(
  updates: readonly Measurements<Name>[],
): Promise<Record<Name, number>> {
  return (await readSteps([updates]))[0] as Record<Name, number>;
}

/**
 * As {@link readMeasurements}, for the updates of each of several steps: on a GPU, one transfer for all of them costs
 * what one for each does.
 */
export async function readSteps<Name extends string>(
  steps: readonly (readonly Measurements<Name>[])[],
): Promise<Record<Name, number>[]> {
  const scalars = steps.flat().flatMap((measurements) => [...measurements.values()]);
  const stacked = tf.tidy(() => tf.stack(scalars));
  const values = await stacked.data();
  tf.dispose([stacked, ...scalars]);
  let next = 0;
  return steps.map((updates) =>
    meansOf(updates.flatMap((measurements) => [...measurements.keys()].map((name) => ({ [name]: values[next++] })))),
  ) as Record<Name, number>[];
}

/** The mean of each value over the records that have it. */
export function meansOf(records: readonly Readonly<Record<string, number | undefined>>[]): Record<string, number> {
  const own = new Map<string, number[]>();
  for (const record of records) {
    for (const [name, value] of Object.entries(record)) own.set(name, [...(own.get(name) ?? []), value as number]);
  }
  const mean = (all: readonly number[]) => all.reduce((sum, value) => sum + value, 0) / all.length;
  return Object.fromEntries([...own].map(([name, all]) => [name, mean(all)]));
}
