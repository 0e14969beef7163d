// How the demos run commands: the same ones that users type, shown as they are typed.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
/** Where the demos write, in the repository. */
export const DEMO_FOLDER = 'demo-output';

const CLI = path.join(REPOSITORY, 'packages/tui/bin/instagan.js');

/** Says what a demo does next. */
export function say(text) {
  console.log(`\n== ${text}`);
}

/** Runs a command with its output shown; ends this process too if it fails or is interrupted. */
export async function instagan(command) {
  console.log(`$ npx instagan ${command}`);
  // Ctrl-C reaches the command as well: it saves, and this process must outlive it.
  const ignore = () => {};
  process.on('SIGINT', ignore);
  const child = spawn(process.execPath, [CLI, ...command.split(' ')], { cwd: REPOSITORY, stdio: 'inherit' });
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (exitCode) => resolve(exitCode ?? 1));
  });
  process.off('SIGINT', ignore);
  if (code !== 0) process.exit(code);
}
