import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import type { FuzzPlace, FuzzTarget } from './fuzz-target.ts';

/** An input may take so much time of the processor: what the clock shows depends on what else the machine does. */
export const MAX_CPU_MS = 2000;
/** Longer messages are none: they fill the screen with what a file holds. */
const MAX_PRINTED = 10_000;
/** Colours are the terminal's own; all other control characters, and those that turn the direction of writing, are not. */
const COMMANDS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\u001b(?!\[[\d;]*m)/;
const PROTOTYPES = [Object, Array, Function, String, Number, Map, Set, Uint8Array, Promise].map(
  ({ prototype }) => prototype as object,
);
const own = PROTOTYPES.map((prototype) => Reflect.ownKeys(prototype).length);

/**
 * Lets a target read an input.
 *
 * @returns what is wrong with how it was read, in a few words; null if nothing is
 */
export async function faultOf(target: FuzzTarget, input: Uint8Array, place: FuzzPlace): Promise<string | null> {
  const begin = cpuMs();
  outside = null;
  let printed: readonly string[];
  try {
    printed = await target.read(input, place);
  } catch (error) {
    if (!(error instanceof Error) || (error.name !== 'UserError' && error.name !== 'UsageError')) {
      return `uncaught ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    }
    if (error.message.length > MAX_PRINTED) return `a message of ${error.message.length} characters`;
    printed = [];
  }
  const ms = cpuMs() - begin;
  if (ms > MAX_CPU_MS) return `it takes ${Math.round(ms)} ms of the processor`;
  for (const text of printed) {
    const found = COMMANDS.exec(text);
    if (found !== null) return `prints ${JSON.stringify(text.slice(Math.max(0, found.index - 20), found.index + 20))}`;
  }
  if (outside !== null) return `opens ${outside}`;
  for (const [i, prototype] of PROTOTYPES.entries()) {
    if (Reflect.ownKeys(prototype).length !== own[i]) return 'changes a prototype';
  }
  return null;
}

/** What this process has used of the processor. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

let outside: string | null = null;

const OPENING = [
  'open',
  'openSync',
  'readFile',
  'readFileSync',
  'writeFile',
  'writeFileSync',
  'readdir',
  'rm',
  'mkdir',
];
/** What the system tells of processes, and the software of itself. */
const ALLOWED = ['/proc/', '/sys/', `${path.resolve(import.meta.dirname, '../..')}${path.sep}`];

/** Notices every file outside of the place that is opened from here on. */
export function watchFiles({ folder }: FuzzPlace): void {
  const allowed = [...ALLOWED, folder];
  for (const functions of [fs, fs.promises] as unknown as Record<string, (...args: unknown[]) => unknown>[]) {
    for (const name of OPENING) {
      const original = functions[name];
      if (original === undefined) continue;
      functions[name] = (...args) => {
        const [file] = args;
        const isOutside = typeof file === 'string' && !allowed.some((start) => path.resolve(file).startsWith(start));
        if (isOutside) outside = String(file);
        return original.apply(functions, args);
      };
    }
  }
  syncBuiltinESMExports();
}
