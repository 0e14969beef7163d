import { readFile } from 'node:fs/promises';
import { createTrainedRun, MODEL_FILE, readTorchStateDict, UserError, unprotectedWarning } from '@instagan/core';
import { cannotBeRead } from '@instagan/core/data';
import { importAuthorsUnet, parseSegmenterConfig } from '@instagan/segmenter';
import type { SizeValue } from '../options/values.ts';
import { shellQuoted } from '../output/format.ts';
import { openTerminal, printJson } from '../output/terminal.ts';

export interface SegmenterImportCommandOptions {
  readonly generator: string;
  readonly run: string;
  readonly size: SizeValue;
  readonly json?: true;
}

/**
 * `instagan segmenter import`: makes a run at step 0 of a U-Net that pytorch-CycleGAN-and-pix2pix trained.
 *
 * @throws UsageError if the folder is already a run or holds checkpoints or the size does not fit; UserError naming a file that is not what it
 *   should be
 */
export async function segmenterImportAction(options: SegmenterImportCommandOptions): Promise<void> {
  const { generator, run, size } = options;
  const bytes = await readFile(generator).catch((error) => {
    throw cannotBeRead(generator, error);
  });
  const { parameters, ngf, levels, outputs, refine } = importAuthorsUnet(
    readTorchStateDict(bytes, generator),
    generator,
  );
  if (outputs !== 1) {
    throw new UserError(
      `${generator} has ${outputs} output channels: only U-Nets that predict one mask can be imported.`,
    );
  }
  const config = parseSegmenterConfig({ ngf, levels, refine, depth: false, size }, generator);
  const model = new Map([...parameters].map(([name, array]) => [`generator.${name}`, array]));
  const manifest = { model: config.model, seed: config.seed, importedFrom: 'authors' };
  const checkpoint = await createTrainedRun(run, config, 0, { files: { [MODEL_FILE]: model }, manifest });
  const terminal = openTerminal();
  const warning = unprotectedWarning(bytes, generator);
  if (warning !== null) terminal.remark(`instagan: ${warning}`);
  if (options.json) {
    printJson({ run, checkpoint, ngf, levels, arrays: model.size });
    return;
  }
  terminal.line(`Imported a U-Net of ngf ${ngf} with ${levels} levels into ${run}.`);
  terminal.line(`Next: instagan segmenter predict --run ${shellQuoted(run)} --input photos --output photos_seg`);
}
