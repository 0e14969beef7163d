import { type Browser, chromium } from 'playwright-core';
import { runProcess } from './run-process.ts';

const VARIABLE = 'INSTAGAN_CHROMIUM';
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * Starts the Chromium that INSTAGAN_CHROMIUM names, else the one on the PATH.
 *
 * @returns a reason to skip where there is none
 * @throws Error if the variable names something that does not run: that is no reason to skip
 */
export async function openBrowser(): Promise<Browser | string> {
  const wanted = process.env[VARIABLE];
  for (const command of wanted ? [wanted] : NAMES) {
    const { exitCode } = await runProcess(command, ['--version']);
    if (exitCode !== 0) continue;
    // Its sandbox does not start for root, as whom containers run.
    const isRoot = process.getuid?.() === 0;
    return chromium.launch({ executablePath: await fileOf(command), chromiumSandbox: !isRoot });
  }
  if (wanted) throw new Error(`${VARIABLE} is ${wanted}, which does not run.`);
  return `there is no Chromium on the PATH, and ${VARIABLE} does not name one`;
}

async function fileOf(command: string): Promise<string> {
  if (command.includes('/')) return command;
  const { stdout } = await runProcess('which', [command]);
  return stdout.trim();
}
