import type { Command } from 'commander';
import type { BackendsCommandOptions } from '../actions/backends.ts';
import { BACKENDS, helpOf } from '../options/names.ts';
import { jsonOption } from '../options/shared.ts';

const EXAMPLES = `
Examples:
  instagan backends
  instagan train --data meadow --run runs/meadow --backend wasm`;

export function addBackendsCommand(program: Command): void {
  program
    .command('backends')
    .summary('show which backends work here')
    .description('Show which backends work on this machine and on which device, and how to fix those that do not.')
    .addOption(jsonOption())
    .addHelpText('after', helpOf('Backends', BACKENDS))
    .addHelpText('after', EXAMPLES)
    .action(async (options: BackendsCommandOptions) => {
      const { backendsAction } = await import('../actions/backends.ts');
      await backendsAction(options);
    });
}
