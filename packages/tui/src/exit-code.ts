/** What the command tells the shell. A run stopped by a signal exits with 128 plus its number: 130 for Ctrl-C. */
export const EXIT_CODE = { done: 0, failed: 1, wrongUsage: 2, signal: 128 } as const;

/** Tells the command's exit code to whoever runs the program. */
export type ReportExitCode = (exitCode: number) => void;
