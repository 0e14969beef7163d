import {
  choiceNames,
  defaultText,
  FIXED_SETTINGS,
  fieldTexts,
  INSTAGAN_SETTINGS,
  type ListedSetting,
  listSettings,
  PRESETS,
  type Presets,
  type SettingsTable,
  valueAt,
  valuesText,
  valueText,
} from '@instagan/core/settings';
import { SEGMENTER_PRESETS, SEGMENTER_SETTINGS } from '@instagan/segmenter/settings';
import { markdownTable } from '@instagan/tui/internals/tables';
import { type Parts, withParts } from './generated-parts.ts';

/** The parts of `docs/settings.md` that follow from the tables of settings, by the name in their markers. */
const PARTS: Parts = {
  'train settings': () => settingsTable(INSTAGAN_SETTINGS),
  'train presets': () => presetsTable(INSTAGAN_SETTINGS, PRESETS),
  'segmenter train settings': () => settingsTable(SEGMENTER_SETTINGS),
  'segmenter train presets': () => presetsTable(SEGMENTER_SETTINGS, SEGMENTER_PRESETS),
};

/** `docs/settings.md` with its parts written anew. @throws Error if one has no markers on the page */
export function withSettings(page: string): string {
  return withParts(page, PARTS);
}

function settingsTable(table: SettingsTable): string {
  const heading = ['setting', 'option', 'default', 'values', 'what it is', 'changes with `--resume`'];
  const rows = listSettings(table).map((listed) => {
    const { name, setting, changesOnResume } = listed;
    const flag = setting.flag === 'none' ? '' : `\`${setting.flag}\``;
    const cells = [`\`${name}\``, flag, defaultText(setting), valuesText(listed), descriptionOf(listed)];
    return [...cells, changesOnResume ? 'yes' : ''];
  });
  return markdownTable([heading, ...rows]);
}

/** The help, a line for each name of a choice, and which models do not leave the setting open. */
function descriptionOf(listed: ListedSetting): string {
  const { setting, path } = listed;
  const names =
    setting.kind !== 'choice'
      ? []
      : choiceNames(setting).flatMap((name) =>
          setting.choices[name] ? [`\`${name}\`: ${setting.choices[name]}`] : [],
        );
  const fixed = Object.entries(FIXED_SETTINGS).flatMap(([model, fields]) => {
    const value = valueAt(fields, path);
    return value === undefined ? [] : [`${valueText(setting, value)} in \`${model}\``];
  });
  const always = fixed.length === 0 ? [] : [`always ${fixed.join(', ')}`];
  return [setting.help, ...names, ...always].join('; ');
}

function presetsTable(table: SettingsTable, presets: Presets<unknown>): string {
  const rows = Object.entries(presets).map(([name, { help, settings }]) => {
    const texts = fieldTexts(table, settings);
    return [`\`${name}\``, help, texts.join(', ')];
  });
  return markdownTable([['preset', 'what it is for', 'what it sets'], ...rows]);
}
