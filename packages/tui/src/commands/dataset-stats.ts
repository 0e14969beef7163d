import type { Command } from 'commander';
import type { DatasetStatsCommandOptions } from '../actions/dataset-stats.ts';
import { jsonOption } from '../options/shared.ts';

const DESCRIPTION =
  'Show the sizes of the images of a dataset, how many objects they have, and how much of them each covers.\n\n' +
  'They help to choose --size and --max-instances of "instagan train".';

const EXAMPLES = `
Example:
  instagan dataset stats photos`;

export function addDatasetStatsCommand(dataset: Command): void {
  dataset
    .command('stats')
    .summary('show sizes, numbers and areas')
    .description(DESCRIPTION)
    .argument('<DIR>', 'folder that holds trainA, trainA_seg, …')
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, options: DatasetStatsCommandOptions) => {
      const { datasetStatsAction } = await import('../actions/dataset-stats.ts');
      await datasetStatsAction(folder, options);
    });
}
