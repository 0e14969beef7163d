import * as tf from '@tensorflow/tfjs';

/** The loss terms of InstaGAN. */
export const LOSS_NAMES = [
  'generatorA',
  'generatorB',
  'cycleA',
  'cycleB',
  'identityA',
  'identityB',
  'contextA',
  'contextB',
  'consistencyA',
  'consistencyB',
  'discriminatorA',
  'discriminatorB',
] as const;

/** `fakeMasks`: mean value of the generated masks, -1 all background and 1 all object; tells a collapse of shapes. */
export const MEASUREMENT_NAMES = [...LOSS_NAMES, 'fakeMasksA', 'fakeMasksB'] as const;

export type MeasurementName = (typeof MEASUREMENT_NAMES)[number];

/** Scalars of one update, on the device; of InstaGAN, those of one chunk: a domain that sat it out has none. */
export type Measurements<Name extends string = MeasurementName> = Map<Name, tf.Scalar>;

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
