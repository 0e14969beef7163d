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
  const entries = updates.flatMap((measurements) => [...measurements]);
  const stacked = tf.tidy(() => tf.stack(entries.map(([, value]) => value)));
  const values = await stacked.data();
  tf.dispose([stacked, ...entries.map(([, value]) => value)]);
  const own = new Map<Name, number[]>();
  for (const [i, [name]] of entries.entries()) own.set(name, [...(own.get(name) ?? []), values[i] as number]);
  const mean = (all: readonly number[]) => all.reduce((sum, value) => sum + value, 0) / all.length;
  return Object.fromEntries([...own].map(([name, all]) => [name, mean(all)])) as Record<Name, number>;
}
