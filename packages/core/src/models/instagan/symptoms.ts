import type { DomainName } from '../../data/sample.ts';
import { LASTING_STEPS, type Symptom } from '../learner.ts';
import type { MeasurementName } from './measurements.ts';

/** Mean of the generated masks, in [-1, 1], beyond which nothing, or everything, is an object. */
const ALL_BACKGROUND = -0.999;
const ALL_OBJECT = 0.98;
const DISCRIMINATOR_AT_ZERO = 1e-3;

/** How an InstaGAN collapses: shapes that vanish or cover everything, and a discriminator that wins. */
export function instaganSymptoms(means: Readonly<Record<MeasurementName, number>>): Symptom[] {
  return (['AB', 'BA'] as const).flatMap(([from, to]): Symptom[] => {
    const source = from as DomainName;
    const target = to as DomainName;
    const masks = means[`fakeMasks${source}`];
    const where = `the masks generated for domain ${target} from domain ${source}`;
    const discriminator = `discriminator${target}` as const;
    return [
      {
        key: `background${source}`,
        code: 'masks-all-background',
        holds: masks < ALL_BACKGROUND,
        message: `${where} have been empty for ${LASTING_STEPS} steps: the objects vanish; check the masks of domain ${target}.`,
      },
      {
        key: `object${source}`,
        code: 'masks-all-object',
        holds: masks > ALL_OBJECT,
        message: `${where} have covered everything for ${LASTING_STEPS} steps; check the masks of domain ${target}.`,
      },
      {
        key: discriminator,
        code: 'discriminator-at-zero',
        holds: means[discriminator] < DISCRIMINATOR_AT_ZERO,
        message: `the loss of ${discriminator} has been under ${DISCRIMINATOR_AT_ZERO} for ${LASTING_STEPS} steps: it wins, and the generators learn nothing; lower its learning rate.`,
      },
    ];
  });
}
