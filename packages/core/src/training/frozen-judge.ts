import { type ProgramRunner, programKey } from '../backends/program.ts';
import type { Parameters } from '../networks/parameters.ts';
import { advanceSpectralState, spectrallyNormalised, spectralProgramState } from '../networks/spectral-state.ts';
import { nameTensors, tensorsNamed } from './program-tensors.ts';
import type { DiscriminatorState } from './training-state.ts';

/** A discriminator whose weights are constants. */
export interface FrozenJudge {
  readonly parameters: Parameters;
  /** Those of `parameters` that belong to the caller; the others are the discriminator's. */
  readonly normalised: Parameters;
}

/**
 * Freezes a discriminator: one power iteration, and its weights by their largest singular values.
 *
 * @param name tells the discriminators apart
 */
export function frozenJudge(
  name: string,
  { trained, spectral }: DiscriminatorState,
  programs: ProgramRunner,
): FrozenJudge {
  const inputs = nameTensors('weight', trained.parameters);
  const outputs = programs.run({
    key: programKey(`frozen ${name}`, inputs, {}),
    inputs,
    state: [spectralProgramState(spectral)],
    compute(given) {
      const parameters: Parameters = tensorsNamed('weight', given);
      advanceSpectralState(spectral, parameters);
      const all = spectrallyNormalised(parameters, spectral);
      return nameTensors('weight', new Map([...all].filter(([layer, tensor]) => tensor !== parameters.get(layer))));
    },
  });
  const normalised: Parameters = tensorsNamed('weight', outputs);
  return { parameters: new Map([...trained.parameters, ...normalised]), normalised };
}
