import { fileURLToPath } from 'node:url';
import { runProcess } from '../helpers/run-process.ts';

/** How a runtime is started on a file of this repository. */
export interface RuntimeCommand {
  readonly command: string;
  /** Before the file, for a module in TypeScript. */
  readonly args: readonly string[];
}

/** The Node that runs the tests. */
export const NODE: RuntimeCommand = { command: process.execPath, args: [repositoryFile('scripts/start.js')] };

const OTHERS = {
  bun: { variable: 'INSTAGAN_BUN', args: [] },
  deno: { variable: 'INSTAGAN_DENO', args: ['run', '--allow-all'] },
} as const;

/**
 * The runtime that INSTAGAN_BUN or INSTAGAN_DENO names, else the one on the PATH.
 *
 * @returns a reason to skip where there is none
 * @throws Error if the variable names something that does not run: that is no reason to skip
 */
export async function findRuntime(name: keyof typeof OTHERS): Promise<RuntimeCommand | string> {
  const { variable, args } = OTHERS[name];
  const command = process.env[variable] || name;
  const version = await runProcess(command, ['--version']);
  if (version.exitCode === 0) return { command, args };
  if (process.env[variable]) throw new Error(`${variable} is ${command}, which does not run.`);
  return `there is no ${name} on the PATH, and ${variable} does not name one`;
}

/** A file of this repository, from its root. */
export function repositoryFile(file: string): string {
  return fileURLToPath(new URL(`../../${file}`, import.meta.url));
}
