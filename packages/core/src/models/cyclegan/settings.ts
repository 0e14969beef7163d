import type { ConfigInputOf } from '../../config/settings-table.ts';
import type { INSTAGAN_SETTINGS } from '../instagan/settings.ts';
import type { ModelName } from '../model-names.ts';

type Input = ConfigInputOf<typeof INSTAGAN_SETTINGS.rows>;

/** The baselines know one mask at most, and no instances whose context could be kept or that could be judged by themselves. */
const BASELINE = {
  ...{ maxInstances: 1, instancesPerChunk: 1 },
  weights: { context: 0, objectDiscriminator: 0 },
} as const satisfies Input;

/** The settings that a model fixes, whatever it is given. */
export const FIXED_SETTINGS: Readonly<Partial<Record<ModelName, Input>>> = {
  cyclegan: BASELINE,
  'cyclegan-seg': BASELINE,
};
