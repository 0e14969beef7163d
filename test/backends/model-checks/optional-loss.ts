import {
  type DeviceSample,
  disposeTrainingState,
  readMeasurements,
  type TranslationModel,
  trainStep,
} from '@instagan/core';
import type { StateParts, StepSettings } from '@instagan/core/internals/instagan';
import type { Test } from 'tap';
import { type Differentiated, stateBefore, valuesOf } from './tiny-model.ts';

/** What a training step from the initial weights computes. */
export interface ComputedStep {
  readonly losses: Readonly<Record<string, number>>;
  /** By network and weight; those of the last chunk. */
  readonly gradients: Readonly<Record<string, ReadonlyMap<string, Float32Array>>>;
}

/** @param settings all but the gradients being kept @param parts of the state */
export async function computedStep(
  model: TranslationModel,
  { a, b }: { readonly a: readonly DeviceSample[]; readonly b: readonly DeviceSample[] },
  settings: Omit<StepSettings, 'keepGradients'>,
  parts: StateParts = {},
): Promise<ComputedStep> {
  const state = stateBefore(model, parts);
  const gradients: Record<string, ReadonlyMap<string, Float32Array>> = {};
  const measured = [];
  for (const chunk of trainStep(state, model, a, b, { ...settings, keepGradients: true })) {
    measured.push(chunk.measurements);
    for (const [network, found] of Object.entries(chunk.gradients)) gradients[network] = await valuesOf(found);
  }
  disposeTrainingState(state);
  return { losses: await readMeasurements(measured), gradients };
}

/**
 * Checks a loss that a step may have or not against its equation: its value, and what it adds to the gradients of a generator.
 *
 * @param what names the loss as it is measured, and the generator
 * @param expected the loss as its equation says, differentiated by the weights of the generator
 * @param tolerance of a weight's gradient, relative to that with all losses
 */
export async function checkOptionalLoss(
  t: Test,
  { withLoss, without }: { readonly withLoss: ComputedStep; readonly without: ComputedStep },
  { loss, network }: { readonly loss: string; readonly network: string },
  expected: Differentiated,
  tolerance: number,
): Promise<void> {
  const [value = 0] = await expected.value.data();
  const found = withLoss.losses[loss] as number;
  t.ok(Math.abs(found - value) < 1e-4 * value, `${loss}: ${found} is ${value}`);
  t.ok(found > 0.01, 'an untrained network is far from what the loss asks for');
  for (const [name, wanted] of expected.gradients) {
    const [all, rest] = [withLoss.gradients[network]?.get(name), without.gradients[network]?.get(name)];
    const own = Float64Array.from(all ?? [], (gradient, p) => gradient - (rest?.[p] as number));
    const scale = Math.hypot(...(all ?? []));
    const distance = Math.hypot(...(await wanted.data()).map((gradient, p) => gradient - (own[p] as number)));
    t.ok(distance < tolerance * scale + 1e-6, `${network} ${name}: ${distance} of ${scale}`);
  }
}
