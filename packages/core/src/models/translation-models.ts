import { cyclegan } from './cyclegan/cyclegan.ts';
import { type InstaganSettings, instagan } from './instagan/instagan.ts';
import type { ModelName } from './model-names.ts';
import type { TranslationModel } from './translation-model.ts';

/** What decides the networks of a model. */
export type ModelSettings = InstaganSettings & {
  /** @default 'instagan' */
  readonly model?: ModelName;
};

const MODELS: Readonly<Record<ModelName, (settings: InstaganSettings) => TranslationModel>> = {
  instagan,
  cyclegan: (settings) => cyclegan('cyclegan', settings),
  'cyclegan-seg': (settings) => cyclegan('cyclegan-seg', settings),
};

/** The model of this name, with networks of these sizes. */
export function translationModel({ model = 'instagan', ...settings }: ModelSettings): TranslationModel {
  return MODELS[model](settings);
}
