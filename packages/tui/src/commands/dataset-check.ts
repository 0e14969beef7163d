import type { Command } from 'commander';
import type { DatasetCheckCommandOptions } from '../actions/dataset-check.ts';
import type { ReportExitCode } from '../exit-code.ts';
import { jsonOption } from '../options/shared.ts';
import { wholeNumber } from '../options/values.ts';

const DESCRIPTION =
  'Check every file of a dataset and list every fault: files that cannot be read, images without a ' +
  'mask, masks without an image or of another size, empty or grey masks, and more.\n\n' +
  'Exits with 0 if it finds nothing, else with 1. Training refuses a dataset with errors; warnings do not stop it.';

const EXAMPLES = `
Example:
  instagan dataset check photos`;

export function addDatasetCheckCommand(dataset: Command, reportExitCode: ReportExitCode): void {
  dataset
    .command('check')
    .summary('list every fault of a dataset')
    .description(DESCRIPTION)
    .argument('<DIR>', 'folder that holds trainA, trainA_seg, trainB, trainB_seg, and maybe testA, …')
    .option('--max-instances <N>', 'warn about images with more instances', wholeNumber(1, 1000), 20)
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, options: DatasetCheckCommandOptions) => {
      const { datasetCheckAction } = await import('../actions/dataset-check.ts');
      reportExitCode(await datasetCheckAction(folder, options));
    });
}
