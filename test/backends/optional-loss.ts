import {
  type DeviceSample,
  disposeTrainingState,
  initialTrainingState,
  type Parameters,
  readMeasurements,
  type TranslationModel,
  trainStep,
} from '@instagan/core';
import type { StateParts, StepSettings } from '@instagan/core/internals/instagan';
import type * as tf from '@tensorflow/tfjs';
import type { Test } from 'tap';

/** What a training step from the initial weights computes. */
export interface ComputedStep {
  readonly losses: Readonly<Record<string, number>>;
  /** By network and weight; those of the last chunk. */
  readonly gradients: Readonly<Record<string, ReadonlyMap<string, Float32Array>>>;
}

/** The state from which {@link computedStep} begins. */
export const stateBefore = (model: TranslationModel, parts: StateParts = {}) =>
  initialTrainingState(model, 3, 0, parts);

/** @param settings all but the gradients being kept @param parts of the state */
export async function computedStep(
  model: TranslationModel,
  { a, b }: { readonly a: readonly DeviceSample[]; readonly b: readonly DeviceSample[] },
  settings: Omit<StepSettings, 'keepGradients'>,
  parts: StateParts = {},
): Promise<ComputedStep> {
  const state = stateBefore(model, parts);
  const gradients: Record<string, Map<string, Float32Array>> = {};
  const measured = [];
  for (const chunk of trainStep(state, model, a, b, { ...settings, keepGradients: true })) {
    measured.push(chunk.measurements);
    for (const [network, found] of Object.entries(chunk.gradients)) {
      const own = new Map<string, Float32Array>();
      for (const [name, gradient] of found) own.set(name, Float32Array.from(await gradient.data()));
      gradients[network] = own;
    }
  }
  disposeTrainingState(state);
  return { losses: await readMeasurements(measured), gradients };
}

/** A loss as its equation says. */
export interface ExpectedLoss {
  readonly value: tf.Tensor;
  /** By the weights of the generator, in their order. */
  readonly grads: readonly tf.Tensor[];
}

/**
 * Checks a loss that a step may have or not against its equation: its value, and what it adds to the gradients of a generator.
 *
 * @param what names the loss as it is measured, and the generator with its weights
 * @param tolerance of a weight's gradient, relative to that with all losses
 */
export async function checkOptionalLoss(
  t: Test,
  { withLoss, without }: { readonly withLoss: ComputedStep; readonly without: ComputedStep },
  { loss, network, parameters }: { readonly loss: string; readonly network: string; readonly parameters: Parameters },
  { value, grads }: ExpectedLoss,
  tolerance: number,
): Promise<void> {
  const [expected = 0] = await value.data();
  const found = withLoss.losses[loss] as number;
  t.ok(Math.abs(found - expected) < 1e-4 * expected, `${loss}: ${found} is ${expected}`);
  t.ok(found > 0.01, 'an untrained network is far from what the loss asks for');
  for (const [i, name] of [...parameters.keys()].entries()) {
    const [all, rest] = [withLoss.gradients[network]?.get(name), without.gradients[network]?.get(name)];
    const own = Float64Array.from(all ?? [], (gradient, p) => gradient - (rest?.[p] as number));
    const scale = Math.hypot(...(all ?? []));
    const distance = Math.hypot(...(await grads[i]!.data()).map((gradient, p) => gradient - (own[p] as number)));
    t.ok(distance < tolerance * scale + 1e-6, `${network} ${name}: ${distance} of ${scale}`);
  }
}
