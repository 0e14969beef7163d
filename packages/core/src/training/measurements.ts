import * as tf from '@tensorflow/tfjs';
import type { LossReport } from '../events/run-event.ts';

/** The terms of a {@link LossReport}. */
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
] as const satisfies readonly (keyof LossReport)[];

/** `fakeMasks`: mean value of the generated masks, -1 all background and 1 all object; tells a collapse of shapes. */
export const MEASUREMENT_NAMES = [...LOSS_NAMES, 'fakeMasksA', 'fakeMasksB'] as const;

export type MeasurementName = (typeof MEASUREMENT_NAMES)[number];

/** Scalars of one chunk, on the device; a domain that sat the chunk out has none. */
export type Measurements = Map<MeasurementName, tf.Scalar>;

/**
 * The mean of each measurement over the chunks that have it, in one transfer; 0 where none has it. Disposes the scalars.
 */
export async function readMeasurements(chunks: readonly Measurements[]): Promise<Record<MeasurementName, number>> {
  const entries = chunks.flatMap((measurements) => [...measurements]);
  const stacked = tf.tidy(() => tf.stack(entries.map(([, value]) => value)));
  const values = await stacked.data();
  tf.dispose([stacked, ...entries.map(([, value]) => value)]);
  const mean = (name: MeasurementName) => {
    const own = entries.flatMap(([other], i) => (other === name ? [values[i] as number] : []));
    return own.length === 0 ? 0 : own.reduce((sum, value) => sum + value, 0) / own.length;
  };
  return Object.fromEntries(MEASUREMENT_NAMES.map((name) => [name, mean(name)])) as Record<MeasurementName, number>;
}
