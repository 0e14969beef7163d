import type { NetworkGradients, TrainedParameters, TrainingState } from '@instagan/core';
import { valuesOf } from './tiny-model.ts';

type Network = keyof NetworkGradients;
export type Weights = Readonly<Record<Network, ReadonlyMap<string, Float32Array>>>;

/** What is trained of the generators and the discriminators of whole images. */
export function trainedOf(state: TrainingState): Record<Network, TrainedParameters> {
  const { generatorAToB, generatorBToA, discriminatorA, discriminatorB } = state;
  return {
    generatorAToB,
    generatorBToA,
    discriminatorA: discriminatorA.trained,
    discriminatorB: discriminatorB.trained,
  };
}

/** Copies of the weights. */
export async function weightsOf(state: TrainingState): Promise<Weights> {
  const entries = Object.entries(trainedOf(state)).map(
    async ([network, { parameters }]) => [network, await valuesOf(parameters)] as const,
  );
  return Object.fromEntries(await Promise.all(entries)) as unknown as Weights;
}

/** Networks whose weights differ in at least one bit; of the others every bit is the same. */
export function changed(before: Weights, after: Weights): string[] {
  const bytes = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return Object.entries(before).flatMap(([network, weights]) => {
    const others = after[network as Network];
    return [...weights].every(([name, values]) => bytes(values).equals(bytes(others.get(name)!))) ? [] : [network];
  });
}
