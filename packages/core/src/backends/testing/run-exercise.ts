import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BackendDescription, BackendOptions } from '../backend.ts';
import type { ExerciseReport } from './exercise.ts';

export interface ExerciseError {
  readonly error: string;
  readonly message: string;
}

/** How to start a runtime on a TypeScript file. */
export interface RuntimeCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** The Node that runs the tests. */
export const NODE: RuntimeCommand = {
  command: process.execPath,
  args: [fileURLToPath(new URL('../../../../../scripts/start.js', import.meta.url))],
};

/** Variables under which neither a Vulkan driver nor a build of tfjs-node is found. */
export const NOTHING_INSTALLED = {
  VK_ICD_FILENAMES: '/nonexistent.json',
  VK_DRIVER_FILES: '/nonexistent.json',
  INSTAGAN_TFJS_NODE: '/nonexistent',
  INSTAGAN_TFJS_NODE_GPU: '/nonexistent',
};

/**
 * Opens and exercises a backend in a process of its own.
 *
 * @throws Error when the process fails, or when it does not end by itself within a minute
 */
export async function exercise(
  name: string,
  options: BackendOptions = {},
  env: Record<string, string> = {},
  runtime: RuntimeCommand = NODE,
): Promise<ExerciseReport | ExerciseError> {
  return (await run([name, JSON.stringify(options)], env, runtime)) as ExerciseReport | ExerciseError;
}

/** `describeBackends()` in a process of its own; throws as `exercise()` does. */
export async function describeInProcess(env: Record<string, string> = {}): Promise<BackendDescription[]> {
  return (await run(['describe'], env, NODE)) as BackendDescription[];
}

/** True for an error that the user sees, as opposed to a report. */
export function isError(result: ExerciseReport | ExerciseError): result is ExerciseError {
  return 'error' in result;
}

async function run(args: string[], env: Record<string, string>, { command, args: before }: RuntimeCommand) {
  const script = fileURLToPath(new URL('./exercise.ts', import.meta.url));
  const stdout = await new Promise<string>((resolve, reject) => {
    const settings = { timeout: 60_000, env: { ...process.env, ...env }, maxBuffer: 2 ** 24 };
    execFile(command, [...before, script, ...args], settings, (error, out, err) => {
      if (error) reject(new Error(`${args.join(' ')}: ${error.killed ? 'did not end' : error.message}\n${out}${err}`));
      else resolve(out);
    });
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as unknown;
}
