import * as tf from '@tensorflow/tfjs';
import { type NamedTensors, type ProgramRunner, programKey } from '../backends/program.ts';
import { adversarialLoss } from '../losses/adversarial-loss.ts';
import { type DeviceSample, joinSamples } from '../networks/instance-set.ts';
import { advanceSpectralState, spectrallyNormalised, spectralProgramState } from '../networks/spectral-state.ts';
import type { TranslationNetworks } from '../networks/translation-networks.ts';
import { takeRows } from '../ops/rows.ts';
import { type AdamSettings, type Gradients, lossAndGradients } from './optimizer.ts';
import { nameSamples, nameTensors, samplesNamed, tensorsNamed } from './program-tensors.ts';
import type { DiscriminatorState } from './training-state.ts';

export interface DiscriminatorUpdate {
  readonly name: 'discriminatorA' | 'discriminatorB';
  readonly judge: DiscriminatorState;
  /** Real samples of the domain that it judges, with all their instances. */
  readonly real: readonly DeviceSample[];
  /** Fake ones, with all masks translated so far. */
  readonly fake: readonly DeviceSample[];
}

export interface DiscriminatorSettings {
  readonly learningRate: number;
  readonly adam: AdamSettings;
  readonly programs: ProgramRunner;
  readonly keepGradients: boolean;
}

/**
 * One update of a discriminator by equation 7: half of the sum of the losses on real and on fake samples.
 *
 * @returns what belongs to the caller: the loss, and the gradients if they are to be kept
 */
export function updateDiscriminator(
  { name, judge, real, fake }: DiscriminatorUpdate,
  networks: TranslationNetworks,
  { learningRate, adam, programs, keepGradients }: DiscriminatorSettings,
): { readonly loss: tf.Scalar; readonly gradients: Gradients } {
  const { trained, spectral } = judge;
  const rates = trained.nextRates(learningRate, adam);
  const inputs: NamedTensors = { ...nameSamples('real', real), ...nameSamples('fake', fake), rates };
  const outputs = programs.run({
    key: programKey(name, inputs, { adam, keepGradients }),
    inputs,
    state: [trained, spectralProgramState(spectral)],
    compute: (given) => {
      const both = joinSamples([...samplesNamed('real', given), ...samplesNamed('fake', given)]);
      advanceSpectralState(spectral, trained.parameters);
      const { loss, gradients } = lossAndGradients(() => {
        const weights = spectrallyNormalised(trained.parameters, spectral);
        const scores = networks.discriminate(weights, both);
        const ofReal = takeRows(scores, 0, real.length);
        const ofFake = takeRows(scores, real.length, fake.length);
        return tf.add(adversarialLoss(ofReal, 1, 0.5), adversarialLoss(ofFake, 0, 0.5));
      }, [trained.parameters]);
      const own = gradients[0] as Gradients;
      trained.update(own, given.rates as tf.Tensor1D, adam);
      return { loss, ...(keepGradients && nameTensors('gradient', own)) };
    },
  });
  rates.dispose();
  return { loss: outputs.loss as tf.Scalar, gradients: tensorsNamed('gradient', outputs) };
}
