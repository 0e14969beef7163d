import * as tf from '@tensorflow/tfjs';
import type { OpenBackend } from '../backends/backend.ts';
import { AVERAGES_FILE } from '../checkpoint/model-files.ts';
import { type CheckpointChoice, readModel } from '../checkpoint/read-model.ts';
import { tensorsFromArrays } from '../checkpoint/tensors-from-arrays.ts';
import { readRunConfig } from '../config/run-config.ts';
import type { TranslationDirection } from '../data/translation-direction.ts';
import { ObjectSides, trainedOn } from '../models/instagan/object-sides.ts';
import { translationConfigs } from '../models/training-config.ts';
import type { Translator } from '../models/translation-model.ts';
import { translationModel } from '../models/translation-models.ts';

export interface LoadedTranslator extends Translator {
  /** Step of the checkpoint it comes from. */
  readonly step: number;
  /** One sentence for each damaged checkpoint that was passed over. */
  readonly warnings: readonly string[];
  dispose(): void;
}

/**
 * Loads the generator of one direction of a run, its averaged weights if there are any.
 *
 * @param backend the open one; with its programs, many images of one size are translated faster
 * @throws UserError if the folder is not a run, or the run has no such checkpoint
 */
export async function loadTranslator(
  runFolder: string,
  direction: TranslationDirection,
  backend: Pick<OpenBackend, 'programs'> = {},
  choice: CheckpointChoice = 'last',
): Promise<LoadedTranslator> {
  const config = await readRunConfig(translationConfigs, runFolder);
  const { checkpoint, model: trained, warnings } = await readModel(runFolder, choice);
  const model = translationModel(config);
  const arrays = checkpoint.files[AVERAGES_FILE] ?? trained;
  const prefix = direction === 'AtoB' ? 'generatorAToB.' : 'generatorBToA.';
  const parameters = tensorsFromArrays(model.generatorSpecs, arrays, prefix, checkpoint.folder);
  return {
    model,
    parameters,
    instancesPerChunk: config.instancesPerChunk,
    trained: trainedOn(config, ObjectSides.fromJson(checkpoint.state.objectSides), direction),
    programs: backend.programs,
    step: checkpoint.step,
    warnings,
    dispose: () => tf.dispose([...parameters.values()]),
  };
}
