import {
  checkMemory,
  inheritedSettings,
  NETWORK_SETTINGS,
  PRESETS,
  type TrainingConfig,
  train,
  translationConfigs,
  translationModel,
} from '@instagan/core';
import type { Fields } from '@instagan/core/settings';
import { type FolderPairs, openFolderPairs } from '@instagan/datasets';
import { EXIT_CODE } from '../exit-code.ts';
import { openTerminal, printJson } from '../output/terminal.ts';
import { dataFolder } from './data-folder.ts';
import { planEvaluation } from './evaluation-in-training.ts';
import { describeCompute, openCompute } from './open-compute.ts';
import { resolveConfig } from './resolve-config.ts';
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
  const preset = await presetOf(options);
  const config = await resolveConfig(translationConfigs, { ...options, preset });
  if (options.dryRun) return tellMemory(options, config);
  let folder = options.data;
  const wording = translationWording(options, () => folder);
  return trainInProcess(options, wording, (common, report) =>
    train({
      ...common,
      config,
      openData: async (resolved) => {
        folder = await dataFolder(options.data, openTerminal().remark);
        const data = await openData(folder, resolved);
        report.know(translationFacts(resolved, data.counts));
        if (resolved.evaluateEvery === 0) return data;
        return {
          ...data,
          evaluation: await planEvaluation({ ...options, data: folder }, resolved, openTerminal().remark),
        };
      },
    }),
  );
}

/** The settings of the preset, then those that come with the networks of another run. */
async function presetOf({ preset, settings: { init = null }, resume }: TrainCommandOptions): Promise<Fields> {
  const chosen = preset === undefined ? {} : PRESETS[preset].settings;
  if (init === null || resume) return chosen;
  return { ...chosen, ...(await inheritedSettings(translationConfigs, init, NETWORK_SETTINGS)) };
}

/** `--dry-run`: whether the training fits in memory. */
async function tellMemory(options: TrainCommandOptions, config: TrainingConfig): Promise<number> {
  const terminal = openTerminal();
  const backend = await openCompute(options, terminal.remark);
  try {
    const { needed, available, summary, warning } = await checkMemory(config, backend);
    if (options.ui === 'json') printJson({ backend: backend.name, needed, available, warning });
    else {
      terminal.line(`backend     ${describeCompute(backend)}`);
      terminal.line(`memory      ${summary}`);
      if (warning !== undefined) terminal.line(`warning     ${warning}`);
    }
    return EXIT_CODE.done;
  } finally {
    await backend.close();
  }
}

function openData(root: string, config: TrainingConfig): Promise<FolderPairs> {
  const { size, batch, seed, maxInstances, loadScale, instanceOrder, augment, maskJitter, region, skipDamaged } =
    config;
  const needMasks = translationModel(config).masks !== 'none';
  const masks = { maxInstances, instanceOrder, maskJitter, needMasks };
  return openFolderPairs({ root, size, batch, seed, loadScale, augment, region, skipDamaged, ...masks });
}
