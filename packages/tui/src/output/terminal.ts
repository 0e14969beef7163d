import { cutTo } from './text-width.ts';

/** Where a command writes: results on standard output, remarks on standard error. */
export interface Terminal {
  /** Whether a person watches: standard output is a terminal that can rewrite a line. */
  readonly isInteractive: boolean;
  /** Prints a line that stays. */
  line(text?: string): void;
  /** Rewrites the last line; without a terminal it prints nothing. */
  status(text: string): void;
  /** Prints a remark on standard error: a warning, or progress while standard output carries JSON. */
  remark(text: string): void;
}

const CLEAR_LINE = '\r\u001b[2K';

/** The terminal that this process runs in. */
export function openTerminal(): Terminal {
  const { stdout, stderr } = process;
  const isInteractive = stdout.isTTY === true && process.env.TERM !== 'dumb';
  let hasStatus = false;
  const clear = () => {
    if (hasStatus) stdout.write(CLEAR_LINE);
    hasStatus = false;
  };
  return {
    isInteractive,
    line: (text = '') => {
      clear();
      stdout.write(`${text}\n`);
    },
    status: (text) => {
      if (!isInteractive) return;
      stdout.write(`${CLEAR_LINE}${cutTo(text, (stdout.columns || 80) - 1)}`);
      hasStatus = true;
    },
    remark: (text) => {
      clear();
      stderr.write(`${text}\n`);
    },
  };
}

/** Prints one JSON document, for programs: `--json`. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Whether a dashboard can be shown: a person has a keyboard and a screen that is more than a typewriter. */
export function hasDashboard(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true && process.env.TERM !== 'dumb';
}
