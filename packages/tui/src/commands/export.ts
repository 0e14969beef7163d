import type { Command } from 'commander';
import type { ExportCommandOptions } from '../actions/export.ts';
import { checkpointOption, jsonOption } from '../options/shared.ts';
import { folderPath, runFolder } from '../options/values.ts';

const DESCRIPTION =
  'Copy what translation needs from a run, to share or to archive it.\n\n' +
  'Writes a new run with the settings and the generators of a checkpoint, averaged if they were trained with ' +
  '--ema. The copy is about a tenth of the size and translates as the run does; train --resume continues it with new discriminators. ' +
  'Runs of segmenters are exported the same way.';

const EXAMPLES = `
Examples:
  instagan export --run runs/meadow --output shared/meadow --half
  instagan translate --run shared/meadow --input photos --masks masks --output translated`;

export function addExportCommand(program: Command): void {
  program
    .command('export')
    .summary('copy what translation needs from a run')
    .description(DESCRIPTION)
    .requiredOption('--run <RUN>', 'run of a model or a segmenter', runFolder)
    .addOption(checkpointOption())
    .requiredOption('--output <DIR>', 'folder of the new run; must not already hold one', folderPath)
    .option(
      '--mean-with <RUN>',
      'average its weights with the last of this run, such as one that it began with (train --init)',
      runFolder,
    )
    .option('--half', 'round weights to 16 bits, which halves the file')
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: ExportCommandOptions) => {
      const { exportAction } = await import('../actions/export.ts');
      await exportAction(options);
    });
}
