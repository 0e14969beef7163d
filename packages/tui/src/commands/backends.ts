import type { Command } from 'commander';
import type { BackendsCommandOptions } from '../actions/backends.ts';
import { BACKENDS, helpOf } from '../options/names.ts';
import { jsonOption } from '../options/shared.ts';

export function addBackendsCommand(program: Command): void {
  program
    .command('backends')
    .summary('show which backends work here')
    .description('Show which backends work on this machine and on which device, and how to fix those that do not.')
    .addOption(jsonOption())
    .addHelpText('after', helpOf('Backends', BACKENDS))
    .action(async (options: BackendsCommandOptions) => {
      const { backendsAction } = await import('../actions/backends.ts');
      await backendsAction(options);
    });
}
