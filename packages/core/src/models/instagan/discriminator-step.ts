import * as tf from '@tensorflow/tfjs';
import { type DeviceSample, joinSamples } from '../../networks/instance-set.ts';
import { advanceSpectralState, spectrallyNormalised } from '../../networks/spectral-state.ts';
import { takeRows } from '../../ops/rows.ts';
import { type Gradients, lossAndGradients } from '../../optimizer/gradients.ts';
import type { AdamSettings } from '../../optimizer/trained-parameters.ts';
import { type CompiledOptions, compiled } from '../../programs/compiled.ts';
import type { TranslationModel } from '../translation-model.ts';
import { augmented, type DeviceAugmentation } from './diff-augment.ts';
import { adversarialLoss } from './losses.ts';
import { objectDiscriminatorLoss } from './object-discriminator.ts';
import type { DiscriminatorState } from './training-state.ts';

export interface DiscriminatorStepSettings extends Pick<CompiledOptions, 'programs'> {
  readonly learningRate: number;
  readonly adam: AdamSettings;
  readonly keepGradients: boolean;
  /** What the discriminator judges. */
  readonly judges: 'samples' | 'objects';
}

interface DiscriminatorSamples {
  readonly real: readonly DeviceSample[];
  readonly fake: readonly DeviceSample[];
  readonly augmentation: DeviceAugmentation | undefined;
}

/**
 * One update of a discriminator D by equation 3, halved as in CycleGAN:
 *
 *     ((D(real) - 1)^2 + D(fake)^2) / 2
 *
 * An object discriminator judges each object of the same samples.
 *
 * @param real samples of the domain that it knows, with all their instances
 * @param fake samples from the pool, with all masks translated so far
 * @param augmentation what D is shown them under, the real ones first, if that is asked for
 * @returns what belongs to the caller; no gradients unless they are to be kept
 */
export function discriminatorStep(
  { trained, spectral }: DiscriminatorState,
  model: TranslationModel,
  { real, fake, augmentation }: DiscriminatorSamples,
  { learningRate, adam, keepGradients, judges, programs }: DiscriminatorStepSettings,
): { readonly loss: tf.Scalar; readonly gradients: Gradients } {
  const rates = trained.nextRates(learningRate, adam);
  const inputs = { real, fake, augmentation, rates, settings: { model: model.key, adam, keepGradients, judges } };
  const step = ({ real, fake, augmentation, rates }: typeof inputs) => {
    const both = augmented(joinSamples([...real, ...fake]), augmentation);
    advanceSpectralState(spectral, trained.parameters);
    const { loss, gradients } = lossAndGradients(() => {
      const weights = spectrallyNormalised(trained.parameters, spectral);
      if (judges === 'objects') return objectDiscriminatorLoss(weights, both, real.length);
      const { scores } = model.discriminate(weights, both);
      const ofReal = takeRows(scores, 0, real.length);
      const ofFake = takeRows(scores, real.length, fake.length);
      return tf.add(adversarialLoss(ofReal, 1, 0.5), adversarialLoss(ofFake, 0, 0.5));
    }, [trained.parameters]);
    const [own] = gradients as [Gradients];
    trained.update(own, rates, adam);
    return { loss, gradients: keepGradients ? own : new Map() };
  };
  const returned = compiled('discriminator', step, { state: [...trained.state, spectral], programs })(inputs);
  rates.dispose();
  return returned;
}
