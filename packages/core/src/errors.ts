/**
 * An error whose message is meant for the person at the keyboard: one sentence that names the file or option and
 * the fix. The command line prints it without a stack trace and exits with 1.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
}

/** The command was used wrongly (unknown option, value out of range): the command line exits with 2. */
export class UsageError extends UserError {
  override readonly name: string = 'UsageError';
}

/** What anything that was thrown says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
