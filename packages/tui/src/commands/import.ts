import type { Command } from 'commander';
import type { ImportCommandOptions } from '../actions/import.ts';
import { jsonOption } from '../options/shared.ts';
import { filePath } from '../options/values.ts';

const DESCRIPTION =
  "Make a run of a model that the authors' PyTorch code trained.\n\n" +
  'Reads the .pth files of torch 0.4 and of later versions. Nothing in them is executed. Names are the ' +
  "authors': G_A translates from A to B, and D_A judges B. The run can be used to translate, or trained " +
  'further with --resume.';

const EXAMPLES = `
Example:
  instagan import --generator-a latest_net_G_A.pth --generator-b latest_net_G_B.pth --run runs/authors
  instagan translate --run runs/authors --input photos --masks masks --output translated`;

export function addImportCommand(program: Command): void {
  program
    .command('import')
    .summary("import the authors' PyTorch model")
    .description(DESCRIPTION)
    .requiredOption('--generator-a <FILE>', 'such as latest_net_G_A.pth', filePath)
    .requiredOption('--generator-b <FILE>', 'such as latest_net_G_B.pth', filePath)
    .option('--discriminator-a <FILE>', 'such as latest_net_D_A.pth; only to train further', filePath)
    .option('--discriminator-b <FILE>', 'such as latest_net_D_B.pth; only to train further', filePath)
    .requiredOption('--run <DIR>', "the run's folder; it must not be a run already", filePath)
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: ImportCommandOptions) => {
      const { importAction } = await import('../actions/import.ts');
      await importAction(options);
    });
}
