import { type Command, Option } from 'commander';
import type { MonitorCommandOptions } from '../actions/monitor.ts';
import type { ReportExitCode } from '../exit-code.ts';
import { filePath } from '../options/values.ts';

const DESCRIPTION =
  'Watch runs, live or finished, started anywhere: losses, sample pictures, alarms; control those that are being trained. ' +
  'Jobs that translate or segment are shown too.\n\n' +
  'RUN is the folder of a run, one that holds runs, or the output of a job (default: runs, and the jobs of the last hour). ' +
  'Leaving never stops a training. ' +
  'Without a terminal it prints lines.';

const EXAMPLES = `
Examples:
  instagan monitor                        all runs under runs/, and recent jobs
  instagan monitor runs/meadow
  instagan monitor runs/a runs/b          both; tab switches, o shows them together
  instagan monitor giraffes.mp4           the job that writes there
  instagan monitor runs/meadow --ui json  every event as one JSON line, until the run ends`;

export function addMonitorCommand(program: Command, reportExitCode: ReportExitCode): void {
  program
    .command('monitor')
    .summary('watch and control runs, watch jobs')
    .description(DESCRIPTION)
    .argument('[RUN...]', 'runs, folders of runs, or outputs of jobs', (value: string, all: string[] | undefined) => [
      ...(all ?? []),
      filePath(value),
    ])
    .addOption(
      new Option('--ui <kind>', 'tui: dashboard; plain: lines of text; json: events; auto: tui on a terminal')
        .choices(['auto', 'tui', 'plain', 'json'])
        .default('auto'),
    )
    .addOption(
      new Option('--graphics <kind>', 'how pictures are shown (default: the best that the terminal has)').choices([
        'kitty',
        'iterm2',
        'sixel',
        'blocks',
        'ascii',
      ]),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (runs: string[] | undefined, options: MonitorCommandOptions) => {
      const { monitorAction } = await import('../actions/monitor.ts');
      reportExitCode(await monitorAction(runs ?? [], options));
    });
}
