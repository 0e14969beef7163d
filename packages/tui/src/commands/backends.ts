import type { Command } from 'commander';
import type { BackendsCommandOptions } from '../actions/backends.ts';
import { BACKENDS, helpOf } from '../options/names.ts';
import { jsonOption } from '../options/shared.ts';

export function addBackendsCommand(program: Command): void {
  program
    .command('backends')
    .summary('tell what can compute here')
    .description('Tell which backends open on this machine, on which device, and what would fix those that do not.')
    .addOption(jsonOption())
    .addHelpText('after', helpOf('Backends', BACKENDS))
    .action(async (options: BackendsCommandOptions) => {
      const { backendsAction } = await import('../actions/backends.ts');
      await backendsAction(options);
    });
}
