import type { Command } from 'commander';
import type { ModelsCommandOptions } from '../actions/models.ts';
import { jsonOption } from '../options/shared.ts';

const DESCRIPTION =
  'List the trained models that come with the command: what each does, how it was made and what it scores.\n\n' +
  'Give a name to --run or --segmenter in place of a folder.';

const EXAMPLES = `
Examples:
  instagan models meadow
  instagan translate --run meadow --segmenter meadow/sheep --input photo.jpg --output translated`;

export function addModelsCommand(program: Command): void {
  program
    .command('models')
    .summary('list the models that come with the command')
    .description(DESCRIPTION)
    .argument('[name]', 'show all that is known of this one')
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(async (name: string | undefined, options: ModelsCommandOptions) => {
      const { modelsAction } = await import('../actions/models.ts');
      modelsAction(name, options);
    });
}
