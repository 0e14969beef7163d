import type { Fields } from '@instagan/core/settings';
import { openFolderImages } from '@instagan/datasets';
import {
  inheritedConfig,
  SEGMENTER_PRESETS,
  type SegmenterConfig,
  type SegmenterConfigInput,
  type SegmenterPresetName,
  segmenterConfigs,
  segmenterNetworks,
  trainSegmenter,
} from '@instagan/segmenter';
import { counted, shellQuoted } from '../output/format.ts';
import { openTerminal } from '../output/terminal.ts';
import { dataFolder, splitToTry } from './data-folder.ts';
import type { ReportWording } from './plain-report.ts';
import { differencesFromDefaults, resolveConfig } from './resolve-config.ts';
import { lengthOption, type TrainingProcessOptions, trainInProcess } from './training-process.ts';
import { parameterCount } from './translation-wording.ts';

export interface SegmenterTrainCommandOptions extends TrainingProcessOptions {
  readonly preset?: SegmenterPresetName;
  readonly config?: string;
  /** Those typed as options. */
  readonly settings: SegmenterConfigInput;
}

/** Images are decoded at this multiple of the pixels trained on, so that crops are sharp. */
const DECODED_PIXELS = 1.7;

/**
 * `instagan segmenter train`: trains a segmenter on the images of one domain and reports on the way.
 *
 * @returns the exit code
 * @throws UsageError, UserError
 */
export async function segmenterTrainAction(options: SegmenterTrainCommandOptions): Promise<number> {
  const { data, run } = options;
  const preset = await presetOf(options);
  const config = await resolveConfig(segmenterConfigs, { ...options, preset });
  let folder = data;
  return trainInProcess(options, wordingOf(options, config), (common, report) =>
    trainSegmenter({
      ...common,
      config,
      openData: async (resolved) => {
        const { domain, size, skipDamaged } = resolved;
        const maxPixels = DECODED_PIXELS * size.height * size.width;
        folder = await dataFolder(data, openTerminal().remark);
        const images = await openFolderImages({ root: folder, split: 'train', domain, maxPixels, skipDamaged });
        const without = images.leftOut === 0 ? '' : ` (${images.leftOut} without masks left out)`;
        const networks = segmenterNetworks(resolved);
        const discriminator =
          resolved.weights.adversarial === 0
            ? 'no PatchGAN'
            : `PatchGAN of ${parameterCount(networks.discriminatorSpecs)}`;
        report.know({
          data: `${domain}: ${counted(images.count, 'image')}, ${counted(images.masks, 'mask')}${without}`,
          model: `pix2pix segmenter: U-Net of ${parameterCount(networks.generatorSpecs)} parameters, ${discriminator}`,
          differences: differencesFromDefaults(segmenterConfigs, resolved),
        });
        return images;
      },
    }),
  );

  function wordingOf(given: SegmenterTrainCommandOptions, { domain }: SegmenterConfig): ReportWording {
    const place = `--run ${shellQuoted(run)}`;
    return {
      summary: ({ discriminator = 0, ...generator }) => {
        const sum = Object.values(generator).reduce((total, value) => total + value, 0);
        return [`G ${sum.toFixed(1)}`, `D ${discriminator.toFixed(3)}`];
      },
      details: ({ discriminator: _, ...generator }) =>
        `G: ${Object.entries(generator)
          .map(([name, value]) => `${name === 'generator' ? 'gan' : name} ${value.toFixed(1)}`)
          .join(' ')}`,
      next: (reason) => {
        const split = splitToTry(folder, domain) === 'train' ? ' --split train' : '';
        return reason === 'completed'
          ? `instagan segmenter evaluate ${place} --data ${shellQuoted(data)}${split}`
          : `instagan segmenter train --data ${shellQuoted(data)} --domain ${domain} ${place} --resume${lengthOption(given)}`;
      },
    };
  }
}

/** The settings of the preset, then those that come with the weights of another run. */
async function presetOf({ preset, settings, resume }: SegmenterTrainCommandOptions): Promise<Fields> {
  const chosen = preset === undefined ? {} : SEGMENTER_PRESETS[preset].settings;
  const { init = null } = settings;
  return init === null || resume ? chosen : { ...chosen, ...(await inheritedConfig(init)) };
}
