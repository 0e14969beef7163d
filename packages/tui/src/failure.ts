import { EXIT_CODE } from './exit-code.ts';

export interface Failure {
  /** One sentence for the person at the keyboard. */
  readonly message: string;
  readonly exitCode: number;
}

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied: choose another place or change its rights',
  EPERM: 'not permitted: choose another place or change its rights',
  EROFS: 'the file system is read-only: choose another place',
  ENOSPC: 'the disk is full: free some space, then run the command again',
  EDQUOT: 'your disk quota is used up: free some space, then run the command again',
  ENOENT: 'there is no such file or folder: check the path',
  ENOTDIR: 'a part of the path is a file, not a folder: check the path',
  EISDIR: 'it is a folder, and a file is wanted: check the path',
  EEXIST: 'a file of that name is in the way: move it or choose another place',
  EMFILE: 'too many files are open: raise the limit (ulimit -n)',
};

/** How the wasm heap, a GPU, TensorFlow and V8 say that they have run out. */
const OUT_OF_MEMORY =
  /XNN status: 6|memory access out of bounds|out of memory|cannot enlarge memory|allocation failed|OOM when allocating|resource.?exhausted/i;

/** Options that decide how much memory is needed, what counts most first. A command has some of them or none. */
const TAKE_MEMORY = ['--size', '--batch', '--ngf', '--ndf', '--instances-per-chunk', '--max-instances'];

/**
 * What to tell of an error that ended the command. Errors are told apart by name, so that this loads nothing of core.
 *
 * @param options those that the command has, such as `--size`: only these are advised
 */
export function describeFailure(error: unknown, options: ReadonlySet<string> = new Set()): Failure {
  if (!(error instanceof Error)) return { message: String(error), exitCode: EXIT_CODE.failed };
  if (error.name === 'UsageError') return { message: error.message, exitCode: EXIT_CODE.wrongUsage };
  if (error.name === 'UserError') return { message: error.message, exitCode: EXIT_CODE.failed };
  return { message: unexpected(error, options), exitCode: EXIT_CODE.failed };
}

function unexpected(error: Error, options: ReadonlySet<string>): string {
  const { code, path } = error as NodeJS.ErrnoException;
  const known = code === undefined ? undefined : SYSTEM_ERRORS[code];
  // What fails on an open file names none.
  if (known !== undefined) return path === undefined ? `${capitalised(known)}.` : `${path}: ${known}.`;
  const [firstLine = 'unknown error'] = error.message.split('\n');
  if (OUT_OF_MEMORY.test(error.message)) {
    const own = TAKE_MEMORY.filter((option) => options.has(option));
    const fix = own.length > 0 ? `lower ${own.join(' or ')}` : 'give smaller images';
    return `The memory is used up (${firstLine}): ${fix}, or use a machine with more.`;
  }
  return `Unexpected error: ${firstLine.replace(/[.\s]+$/, '')}. Run it again with --debug and report what that prints.`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
