import type { ScreenOptions } from '../options/shared.ts';
import { hasDashboard } from '../output/terminal.ts';

/**
 * Trains in this process, or in one of its own with a dashboard or nobody watching. A dashboard lives apart from the
 * training, which it thus cannot stop by crashing.
 *
 * @param inThisProcess trains here
 * @returns the exit code
 */
export async function runTraining(options: ScreenOptions, inThisProcess: () => Promise<number>): Promise<number> {
  const { ui, detach } = options;
  const isApart = detach === true || ui === 'tui' || (ui === 'auto' && hasDashboard());
  if (!isApart) return inThisProcess();
  const { trainInBackground } = await import('../actions/train-in-background.ts');
  return trainInBackground(options);
}
