import type { Command } from 'commander';
import type { ImportCommandOptions } from '../actions/import.ts';
import { jsonOption } from '../options/shared.ts';
import { filePath } from '../options/values.ts';

const DESCRIPTION =
  "Turn a model that the authors' PyTorch code trained into a run.\n\n" +
  'Reads .pth files of torch 0.4 and later, and executes nothing in them. File names follow ' +
  'the authors: G_A translates from A to B, and D_A is the discriminator of B. Translate with the run, or train ' +
  'it further with --resume.';

const EXAMPLES = `
Examples:
  instagan import --generator-a latest_net_G_A.pth --generator-b latest_net_G_B.pth --run runs/authors
  instagan translate --run runs/authors --input photos --masks masks --output translated`;

export function addImportCommand(program: Command): void {
  program
    .command('import')
    .summary("import the authors' PyTorch model")
    .description(DESCRIPTION)
    .requiredOption('--generator-a <FILE>', 'such as latest_net_G_A.pth', filePath)
    .requiredOption('--generator-b <FILE>', 'such as latest_net_G_B.pth', filePath)
    .option('--discriminator-a <FILE>', 'such as latest_net_D_A.pth; only needed to train further', filePath)
    .option('--discriminator-b <FILE>', 'such as latest_net_D_B.pth; only needed to train further', filePath)
    .requiredOption('--run <DIR>', 'folder of the new run; must not already hold one', filePath)
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: ImportCommandOptions) => {
      const { importAction } = await import('../actions/import.ts');
      await importAction(options);
    });
}
