import {
  type ConfigInputOf,
  fieldTexts,
  listSettings,
  type Presets,
  type SettingRows,
  type SettingsTable,
} from '@instagan/core/settings';
import { type Command, Option } from 'commander';
import { helpOf, namesOf } from './names.ts';
import { hasHelp, settingOptions } from './setting-options.ts';
import { computeOptions, screenOptions } from './shared.ts';
import { filePath, numberWithin, wholeNumber } from './values.ts';

/** Checkpoints have eight digits for the step in their name. */
const LAST_STEP = 99_999_999;

/** What is trained: its settings, and those that have a name together. */
export interface TrainingSettings<Rows extends SettingRows> {
  readonly table: SettingsTable<Rows>;
  readonly presets: Presets<ConfigInputOf<Rows>>;
}

/**
 * Adds all options of a command that trains, with the settings of its table among them, and the help of presets and models.
 *
 * @returns reads the settings that were typed
 */
export function addTrainingOptions<Rows extends SettingRows>(
  command: Command,
  { table, presets }: TrainingSettings<Rows>,
): (typed: object) => ConfigInputOf<Rows> {
  const settings = settingOptions(table);
  const add = (title: string, options: readonly Option[]) => {
    command.optionsGroup(title);
    for (const option of options) command.addOption(option);
  };
  add('What to train:', [
    new Option('--data <DIR>', 'dataset, or annotations such as coco:FILE?a=sheep&b=giraffe (docs/data.md)')
      .argParser(filePath)
      .makeOptionMandatory(),
    new Option('--run <DIR>', "the run's folder; made if it is missing").argParser(filePath).makeOptionMandatory(),
    ...settings.options('data'),
    new Option('--resume', 'go on with the run from its newest checkpoint'),
  ]);
  add('How long:', [
    new Option('--steps <N>', 'stop after step N of the whole run')
      .argParser(wholeNumber(1, LAST_STEP))
      .conflicts('epochs'),
    new Option('--epochs <N>', 'stop after epoch N of the whole run (default: the schedule)').argParser(
      wholeNumber(1, 10_000_000),
    ),
    ...settings.options('length'),
    new Option('--time-limit <MINUTES>', 'save and stop after so many minutes').argParser(
      numberWithin({ above: 0, max: 30_000 }),
    ),
  ]);
  add('Settings:', [
    new Option('--preset <name>', 'settings by name, see below').choices(namesOf(presetHelp(table, presets))),
    new Option('--config <FILE>', "settings from a JSON file, such as another run's config.json").argParser(filePath),
    ...settings.options('settings'),
  ]);
  add('What is kept:', settings.options('kept'));
  add('How it runs:', [...computeOptions(), ...screenOptions()]);
  command.addHelpText('after', helpOf('Presets', presetHelp(table, presets)));
  for (const { setting } of listSettings(table)) {
    if (setting.kind !== 'choice' || setting.flag === 'none' || !hasHelp(setting)) continue;
    command.addHelpText('after', helpOf(`Values of ${setting.flag.split(' ')[0]}`, setting.choices));
  }
  return settings.given;
}

/** Such as `for a CPU and first trials: size 64x64, ngf 16`. */
function presetHelp(table: SettingsTable, presets: Presets<unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(presets).map(([name, { help, settings }]) => {
      const texts = fieldTexts(table, settings);
      return [name, texts.length === 0 ? help : `${help}: ${texts.join(', ')}`];
    }),
  );
}
