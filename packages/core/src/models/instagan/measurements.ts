import type { DomainName } from '../../data/sample.ts';
import type { Measurements } from '../learner.ts';
import { GENERATOR_LOSSES, type GeneratorLoss } from './losses.ts';

/**
 * What is measured in a chunk: the losses of each direction, by its source domain, and of each discriminator, by the domain
 * that it knows; object discriminators among them. `fakeMasks`: mean value of the generated masks, -1 all background and 1 all object; shows when shapes collapse.
 */
export type MeasurementName = `${GeneratorLoss | 'fakeMasks' | 'discriminator' | 'objectDiscriminator'}${DomainName}`;

export const MEASUREMENT_NAMES: readonly MeasurementName[] = (
  [...GENERATOR_LOSSES, 'discriminator', 'objectDiscriminator', 'fakeMasks'] as const
).flatMap((name) => [`${name}A`, `${name}B`] as const);

/** Scalars of one chunk on the device; a domain that sat it out has none. */
export type ChunkMeasurements = Measurements<MeasurementName>;
