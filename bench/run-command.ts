import { UsageError } from '@instagan/core/data';

/**
 * Runs a benchmark's command line: prints its usage if that is asked for or nothing is, and tells a failure in one line.
 * The exit code is 2 for wrong usage and 1 for other failures.
 */
export async function runCommand(usage: string, run: (args: readonly string[]) => Promise<void>): Promise<void> {
  const args = process.argv.slice(2);
  if (args.length === 0 || args.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  try {
    await run(args);
  } catch (error) {
    process.stderr.write(`bench: ${(error as Error).message}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
