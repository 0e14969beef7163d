import path from 'node:path';

/** Errors of a kind that are told before the others are only counted. */
const MAX_TOLD = 3;

/** Tells the errors of many files, but not the same one a thousand times. */
export class RepeatedErrors {
  readonly #counts = new Map<string, number>();

  /**
   * @param input the file whose error it is; errors that differ in it alone are of one kind
   * @returns what to print, or null for nothing
   */
  tell(error: string, input: string): string | null {
    const kind = error.replaceAll(input, '').replaceAll(path.parse(input).name, '').replaceAll(/\d+/g, '');
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (count <= MAX_TOLD) return error;
    return count === MAX_TOLD + 1 ? 'More files fail in the same way; they are counted, and --json names them.' : null;
  }
}
