import { CommanderError } from 'commander';
import { EXIT_CODE } from './exit-code.ts';
import { describeFailure } from './failure.ts';
import { surviveClosedStreams } from './output/streams.ts';
import { printRemark, printText } from './output/terminal.ts';
import { createProgram } from './program.ts';

/**
 * Runs the `instagan` command.
 *
 * @param args what follows the command's name
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 128 plus the number of the signal that stopped it
 */
export async function main(args: readonly string[]): Promise<number> {
  surviveClosedStreams();
  let exitCode: number = EXIT_CODE.done;
  const program = createProgram((code) => {
    exitCode = code;
  });
  let options: ReadonlySet<string> = new Set();
  program.hook('preAction', (_, command) => {
    options = new Set(command.options.map(({ long }) => long ?? ''));
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // commander has printed its message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODE.done : EXIT_CODE.wrongUsage;
    const failure = describeFailure(error, options);
    printRemark(`instagan: ${failure.message}`);
    if (program.opts<{ debug?: true }>().debug) printText(`${(error as Error).stack ?? ''}\n`, process.stderr);
    return failure.exitCode;
  }
}
