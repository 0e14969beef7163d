import type { Command } from 'commander';
import type { ReportCommandOptions } from '../actions/report.ts';
import type { ReportExitCode } from '../exit-code.ts';
import { overwriteOption } from '../options/shared.ts';
import { filePath } from '../options/values.ts';

const DESCRIPTION =
  'Write runs as one HTML page: what they were trained with and how that differs, curves, samples over the steps, the scores of ' +
  '"instagan evaluate", alarms, and the commands to repeat them.\n\n' +
  'The page needs no network and no other file: open it in a browser, print it, or send it to somebody. ' +
  'RUN is the folder of a run, or one that holds runs.';

const EXAMPLES = `
Examples:
  instagan report runs/meadow
  instagan report runs/a runs/b --output compared.html
  instagan report runs/meadow --watch       follows the training; the page loads itself again`;

export function addReportCommand(program: Command, reportExitCode: ReportExitCode): void {
  program
    .command('report')
    .summary('write runs as one HTML page')
    .description(DESCRIPTION)
    .argument('<RUN...>', 'runs, or folders of runs', (value: string, all: string[] | undefined) => [
      ...(all ?? []),
      filePath(value),
    ])
    .option('--output <FILE>', 'page to write', filePath, 'report.html')
    .option('--watch', 'write it again while the runs are trained, until all have ended')
    .addOption(overwriteOption())
    .addHelpText('after', EXAMPLES)
    .action(async (runs: string[], options: ReportCommandOptions) => {
      const { reportAction } = await import('../actions/report.ts');
      reportExitCode(await reportAction(runs, options));
    });
}
