import {
  type AuthorsModel,
  createTrainedRun,
  importAuthorsModel,
  MODEL_FILE,
  parseTrainingConfig,
  type TrainingConfig,
  UserError,
} from '@instagan/core';
import { shellQuoted } from '../output/format.ts';
import { openTerminal, printJson } from '../output/terminal.ts';

export interface ImportCommandOptions {
  readonly generatorA: string;
  readonly generatorB: string;
  readonly discriminatorA?: string;
  readonly discriminatorB?: string;
  readonly run: string;
  readonly json?: true;
}

/**
 * `instagan import`: makes a run at step 0 of the authors' weights.
 *
 * @throws UsageError if the folder is already a run or holds checkpoints; UserError naming a file that is not what it should be
 */
export async function importAction(options: ImportCommandOptions): Promise<void> {
  const { run, generatorA, generatorB, discriminatorA, discriminatorB } = options;
  const model = await importAuthorsModel({ generatorA, generatorB, discriminatorA, discriminatorB });
  if (model.imageChannels !== 3) {
    throw new UserError(
      `${generatorA} translates images of ${model.imageChannels} channels: only models of RGB images can be imported.`,
    );
  }
  const config = configOf(model, generatorA);
  const manifest = { model: config.model, seed: config.seed, importedFrom: 'authors' };
  const checkpoint = await createTrainedRun(run, config, 0, { files: { [MODEL_FILE]: model.arrays }, manifest });

  const terminal = openTerminal();
  for (const warning of model.warnings) terminal.remark(`instagan: ${warning}`);
  const { ngf, ndf, blocks } = config;
  if (options.json) {
    printJson({ run, checkpoint, ngf, ndf: model.ndf, blocks, arrays: model.arrays.size });
    return;
  }
  const discriminators = model.ndf === null ? 'no discriminators' : `discriminators of ndf ${ndf}`;
  terminal.line(`Imported generators of ngf ${ngf} with ${blocks} blocks, ${discriminators}, into ${run}.`);
  terminal.line(`Next: instagan translate --run ${shellQuoted(run)} --input photos --masks masks --output translated`);
}

/** Without imported discriminators, new ones have the default size. */
function configOf({ ngf, ndf, blocks }: AuthorsModel, file: string): TrainingConfig {
  return parseTrainingConfig({ model: 'instagan', ngf, ndf: ndf ?? undefined, blocks }, file);
}
