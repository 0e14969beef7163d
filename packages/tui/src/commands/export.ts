import type { Command } from 'commander';
import type { ExportCommandOptions } from '../actions/export.ts';
import { checkpointOption, jsonOption } from '../options/shared.ts';
import { filePath, folderPath } from '../options/values.ts';

const DESCRIPTION =
  'Copy of a run what translation needs, to share it or to keep it.\n\n' +
  'Writes a new run with the settings and the generators of a checkpoint, averaged if they were trained with ' +
  '--ema. It has about a tenth of the size. It translates as the run does; train --resume goes on with new discriminators. ' +
  'Runs of segmenters are exported in the same way.';

const EXAMPLES = `
Example:
  instagan export --run runs/meadow --output shared/meadow --half
  instagan translate --run shared/meadow --input photos --masks masks --output translated`;

export function addExportCommand(program: Command): void {
  program
    .command('export')
    .summary('copy of a run what translation needs')
    .description(DESCRIPTION)
    .requiredOption('--run <DIR>', 'run of a model or of a segmenter', filePath)
    .addOption(checkpointOption())
    .requiredOption('--output <DIR>', "the copy's folder; it must not be a run already", folderPath)
    .option('--half', 'round the weights to 16 bits, which halves the file')
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: ExportCommandOptions) => {
      const { exportAction } = await import('../actions/export.ts');
      await exportAction(options);
    });
}
