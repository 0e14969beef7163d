import { type TrainingConfig, train } from '@instagan/core';
import { type FolderPairs, openFolderPairs } from '@instagan/datasets';
import { resolveTrainingConfig } from './train-config.ts';
import type { TrainCommandOptions } from './train-options.ts';
import { trainInProcess } from './training-process.ts';
import { translationFacts, translationWording } from './translation-wording.ts';

/**
 * `instagan train`: trains and reports on the way.
 *
 * @returns the exit code
 * @throws UsageError, UserError
 */
export async function trainAction(options: TrainCommandOptions): Promise<number> {
  const config = await resolveTrainingConfig(options);
  return trainInProcess(options, translationWording(options), (common, report) =>
    train({
      ...common,
      config,
      openData: async (resolved) => {
        const data = await openData(options.data, resolved);
        report.know(translationFacts(resolved, data.counts));
        return data;
      },
    }),
  );
}

function openData(root: string, config: TrainingConfig): Promise<FolderPairs> {
  const { size, batch, seed, maxInstances, loadScale, instanceOrder, augment, model } = config;
  const needMasks = model !== 'cyclegan';
  return openFolderPairs({ root, size, batch, seed, maxInstances, loadScale, instanceOrder, augment, needMasks });
}
