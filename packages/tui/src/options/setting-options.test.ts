import {
  type ConfigKind,
  parseTrainingConfig,
  type RunSettings,
  settingsParser,
  translationConfigs,
} from '@instagan/core';
import {
  choiceNames,
  INSTAGAN_SETTINGS,
  type ListedSetting,
  listSettings,
  PRESETS,
  type SettingsTable,
  settingsTable,
  whole,
} from '@instagan/core/settings';
import { parseSegmenterConfig, segmenterConfigs } from '@instagan/segmenter';
import { SEGMENTER_SETTINGS } from '@instagan/segmenter/settings';
import { Command } from 'commander';
import t from 'tap';
import { settingOptions } from './setting-options.ts';
import { addTrainingOptions } from './training-options.ts';

const KINDS = [translationConfigs, segmenterConfigs] as unknown as readonly ConfigKind<RunSettings>[];

/** The fields that a command line gives. @throws CommanderError for what an option refuses */
function fieldsOf(table: SettingsTable, args: readonly string[]) {
  const settings = settingOptions(table);
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  for (const option of settings.options()) command.addOption(option);
  return settings.given(command.parse(args, { from: 'user' }).opts());
}

function passes(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

/** The same value as one types it and as a configuration file has it, about every limit of a setting. */
function probes({ setting }: ListedSetting): readonly (readonly [text: string, value: unknown])[] {
  switch (setting.kind) {
    case 'whole': {
      const { min, max = 1e9 } = setting;
      return [min - 1, min, min + 1, min + 0.5, max, ...(setting.max === undefined ? [] : [max + 1])].map((value) => [
        String(value),
        value,
      ]);
    }
    case 'number': {
      const low = setting.min ?? setting.above ?? 0;
      const { max } = setting;
      const high = max === undefined ? [1e6] : [max, max + 1e-3];
      return [low - 1e-3, low, low + 1e-3, ...high].map((value) => [String(value), value]);
    }
    case 'numbers': {
      const parts = Object.keys(setting.default);
      const join = setting.text === 'list' ? ',' : '+';
      return [-1, 0, 1, 2].map((value) => [
        parts.map(() => value).join(join),
        Object.fromEntries(parts.map((part) => [part, value])),
      ]);
    }
    case 'size': {
      const { min, max } = setting;
      const sides = [min - 4, min - 1, min, min + 1, min + 2, min + 4, 2 * min, max, max + 4];
      return sides.map((side) => [`${side}x${2 * min}`, { height: side, width: 2 * min }]);
    }
    case 'choice':
      return [...choiceNames(setting), 'other'].map((name) => [name, name]);
    case 'path':
      return [
        ['runs/a', 'runs/a'],
        ['', ''],
      ];
    case 'switch':
      return [];
  }
}

t.test('a flag takes what a configuration file takes, and nothing else: two rules mislead', async (t) => {
  for (const { command, table } of KINDS) {
    // Without the rules between settings: those are checked once all are there.
    const parse = settingsParser(settingsTable(table.rows));
    for (const listed of listSettings(table)) {
      const { path, setting } = listed;
      if (setting.flag === 'none') continue;
      const [flag = ''] = setting.flag.split(' ');
      for (const [text, value] of probes(listed)) {
        const input = path.reduceRight<unknown>((inner, part) => ({ [part]: inner }), value);
        const typed = () => fieldsOf(table, [`${flag}=${text}`]);
        const what = `${command} ${flag} ${text}`;
        const taken = passes(() => parse(input, 'x'));
        // A schedule of no epochs is a slip, which only an old run may have.
        t.equal(passes(typed), taken && text !== '0+0', what);
        if (passes(typed)) t.strictSame(parse(typed(), 'x'), parse(input, 'x'), `${what} is the same as in a file`);
      }
    }
  }
});

t.test('options that are not typed change nothing: a resumed run keeps what it has', async (t) => {
  for (const { table } of KINDS) t.same(fieldsOf(table, []), {});
});

t.test('what is typed goes where config.json has it', async (t) => {
  const args = '--consistency 2 --schedule 3+4 --learning-rate 1e-3 --size 64x32 --mask-jitter 0'.split(' ');
  t.same(fieldsOf(INSTAGAN_SETTINGS, args), {
    weights: { consistency: 2 },
    epochs: { constant: 3, decay: 4 },
    learningRate: { generator: 1e-3, discriminator: 1e-3 },
    size: { height: 64, width: 32 },
    maskJitter: 0,
  });
  t.same(parseTrainingConfig(fieldsOf(INSTAGAN_SETTINGS, args), 'x').weights, { ...DEFAULT_WEIGHTS, consistency: 2 });
  t.same(fieldsOf(SEGMENTER_SETTINGS, ['--no-depth']), { depth: false });
  t.equal(parseSegmenterConfig(fieldsOf(SEGMENTER_SETTINGS, ['--no-depth']), 'x').depth, false);
});

const DEFAULT_WEIGHTS = parseTrainingConfig({}, 'x').weights;

t.test('a new row of a table is an option with help and default; no other source is touched', async (t) => {
  const table = settingsTable({
    ...INSTAGAN_SETTINGS.rows,
    patience: whole(7, { min: 2, max: 9 }, '--patience <N>', 'epochs without gain before it ends', {
      section: 'length',
    }),
  });
  const command = new Command('train').exitOverride().configureOutput({ writeErr: () => {} });
  const settingsOf = addTrainingOptions(command, { table, presets: PRESETS });
  const help = command.helpInformation().replace(/\s+/g, ' ');
  t.match(help, /How long: .*--patience <N> epochs without gain before it ends \(default: 7\).*Settings:/);
  const line = ['--data', 'd', '--run', 'r', '--patience'];
  t.same(settingsOf(command.parse([...line, '3'], { from: 'user' }).opts()), { patience: 3 });
  t.throws(() => command.parse([...line, '1'], { from: 'user' }), { message: /Give a whole number from 2 to 9\./ });
});
