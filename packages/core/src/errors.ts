/** A message that names what a file holds may be of any length; whoever made the file must not fill the screen. */
const MAX_MESSAGE_LENGTH = 2000;
/** How much of a longer one's end stays: there is the fix. */
const END_LENGTH = 400;

/**
 * An error whose message is meant for the person at the keyboard: one sentence that names the file or option and
 * the fix. The command line prints it without a stack trace and exits with 1.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';

  /** @param message of which the middle is left out if it is longer than 2000 characters */
  constructor(message: string, options?: ErrorOptions) {
    super(
      message.length <= MAX_MESSAGE_LENGTH
        ? message
        : `${message.slice(0, MAX_MESSAGE_LENGTH - END_LENGTH)} … ${message.slice(-END_LENGTH)}`,
      options,
    );
  }
}

/** The command was used wrongly (unknown option, value out of range): the command line exits with 2. */
export class UsageError extends UserError {
  override readonly name: string = 'UsageError';
}

/** What anything that was thrown says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
