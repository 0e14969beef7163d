import { visibleJson } from '@instagan/core/data';
import { cutTo } from './text-width.ts';
import { visible, visibleLine } from './visible.ts';

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
  const { stdout } = process;
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
      print(text);
    },
    status: (text) => {
      if (!isInteractive) return;
      stdout.write(`${CLEAR_LINE}${cutTo(visibleLine(text), (stdout.columns || 80) - 1)}`);
      hasStatus = true;
    },
    remark: (text) => {
      clear();
      printRemark(text);
    },
  };
}

// All that is printed goes through these four: what comes from outside must not command the terminal.

/** Prints a line on standard output. */
export function print(line: string): void {
  process.stdout.write(`${visibleLine(line)}\n`);
}

/** Prints a line on standard error. */
export function printRemark(line: string): void {
  process.stderr.write(`${visibleLine(line)}\n`);
}

/** Prints text that has lines of its own, such as a stack trace. */
export function printText(text: string, stream: NodeJS.WriteStream = process.stdout): void {
  stream.write(visible(text));
}

/** Prints a JSON document, for programs: `--json`. */
export function printJson(value: unknown): void {
  printJsonLine(JSON.stringify(value, null, 2));
}

/** Prints what is JSON already. */
export function printJsonLine(json: string): void {
  process.stdout.write(`${visibleJson(json)}\n`);
}

/** Whether a dashboard can be shown: a person has a keyboard and a screen that is more than a typewriter. */
export function hasDashboard(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true && process.env.TERM !== 'dumb';
}
