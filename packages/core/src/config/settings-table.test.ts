import t from 'tap';
import { UsageError } from '../errors.ts';
import { INSTAGAN_SETTINGS } from '../models/instagan/settings.ts';
import { parseTrainingConfig } from '../models/training-config.ts';
import { resumedConfig } from './run-config.ts';
import { choice, group, number, numbers, onOff, path, size, whole } from './setting.ts';
import { defaultText, fieldTexts, helpText, valuesText, valueText } from './setting-text.ts';
import { settingsParser } from './settings-parser.ts';
import { listSettings, settingsTable, valueAt } from './settings-table.ts';

/** A table with a setting of each kind and a rule between two of them. */
const TABLE = settingsTable(
  {
    model: choice('a', { a: 'the one', b: '' }, '--model <name>', 'model'),
    size: size(
      { height: 16, width: 32 },
      { min: 8, max: 64, multipleOf: 8 },
      '--size <HxW>',
      'height x width; both count',
    ),
    depth: whole(2, { min: 1, max: 4 }, '--depth <N>', 'halvings'),
    every: whole({ leftOut: 'as needed' }, { min: 1 }, '--every <N>', 'pause', { unit: 'steps' }),
    rate: numbers({ g: 2e-4, d: 0.1 }, { above: 0, max: 1, text: 'list' }, '--rate <G[,D]>', 'rate'),
    span: numbers({ c: 3, d: 4 }, { min: 0, text: 'sum' }, 'none', 'span', { unit: 'epochs' }),
    weights: group({ x: number(1, { min: 0 }, '--x <W>', 'weight of x') }, { changesOnResume: true }),
    share: number(0.5, { min: 0, max: 1 }, 'none', 'share'),
    flip: onOff(true, '--no-flip', 'flip images'),
    from: path(null, '--from <RUN>', 'begin there'),
  },
  {
    size: {
      help: 'multiples of 2^depth',
      fault: ({ size: { height, width }, depth }) =>
        height % 2 ** depth === 0 && width % 2 ** depth === 0 ? null : `with depth ${depth} it does not fit`,
    },
  },
);
const parse = settingsParser(TABLE);

t.test('defaults follow from the table, and a part of a group keeps the rest of it', async (t) => {
  t.same(parse({}, 'x'), {
    model: 'a',
    size: { height: 16, width: 32 },
    depth: 2,
    rate: { g: 2e-4, d: 0.1 },
    span: { c: 3, d: 4 },
    weights: { x: 1 },
    share: 0.5,
    flip: true,
    from: null,
  });
  t.notOk('every' in parse({}, 'x'), 'what is left out by default stays so');
  t.same(parse({ rate: { d: 1 } }, 'x').rate, { g: 2e-4, d: 1 });
  t.ok(Object.isFrozen(parse({}, 'x')));
});

t.test('the check of each kind holds its limits, and names the field', async (t) => {
  const refused = (input: unknown, message: RegExp) =>
    t.throws(() => parse(input, 'my.json'), { name: UsageError.name, message }, JSON.stringify(input));
  refused({ model: 'c' }, /^my\.json: model: .*"a"\|"b"/);
  refused({ size: { height: 12, width: 16 } }, /size\.height: .*multiple of 8/);
  refused({ size: { height: 0, width: 16 } }, /size\.height: .*>=8/);
  refused({ size: { height: 72, width: 16 } }, /size\.height: .*<=64/);
  refused({ depth: 0 }, /depth: .*>=1/);
  refused({ depth: 5 }, /depth: .*<=4/);
  refused({ depth: 1.5 }, /depth: .*int/);
  refused({ every: 0 }, /every: .*>=1/);
  refused({ rate: { g: 0 } }, /rate\.g: .*>0/);
  refused({ rate: { h: 1 } }, /rate: there is no setting "h"; there are g, d\.$/);
  refused({ span: { c: -1 } }, /span\.c: .*>=0/);
  refused({ weights: { x: -1 } }, /weights\.x: /);
  refused({ weights: { y: 1 } }, /weights: there is no setting "y"; there are x\.$/);
  refused(
    { size: { height: 16, width: 16, depth: 3 } },
    /size: there is no setting "depth"; there are height, width\.$/,
  );
  refused({ share: 1.1 }, /share: .*<=1/);
  refused({ flip: 'no' }, /flip: .*boolean/);
  refused({ from: '' }, /from: /);
  refused(
    { other: 1, more: 2 },
    /configuration: there is no setting "other" or "more"; there are model, size, depth, /,
  );
  t.ok(
    parse({ model: 'b', depth: 4, every: 1, share: 0, flip: false, from: 'run', size: { height: 64, width: 16 } }, 'x'),
  );
});

t.test('a rule between settings is checked once each of them is right', async (t) => {
  t.throws(() => parse({ depth: 4, size: { height: 24, width: 16 } }, 'my.json'), {
    name: UsageError.name,
    message: 'my.json: size: with depth 4 it does not fit.',
  });
  t.throws(() => parse({ depth: 9, size: { height: 24, width: 16 } }, 'my.json'), { message: /^my\.json: depth: / });
});

t.test('texts of help and docs follow from the same limits and defaults', async (t) => {
  const texts = Object.fromEntries(
    listSettings(TABLE).map((listed) => [
      listed.name,
      [helpText(listed), defaultText(listed.setting), valuesText(listed)],
    ]),
  );
  t.same(texts, {
    model: ['model', 'a', 'a, b'],
    size: [
      'height x width, multiples of 2^depth; both count',
      '16x32',
      'height, width: each a whole number from 8 to 64, in pixels, multiples of 2^depth',
    ],
    depth: ['halvings', '2', 'whole number from 1 to 4'],
    every: ['pause', 'as needed', 'whole number of at least 1, in steps'],
    rate: ['rate', '2e-4,0.1', 'g, d: each a number above 0 and up to 1'],
    span: ['span', '3+4', 'c, d: each a number of at least 0, in epochs'],
    'weights.x': ['weight of x', '1', 'number of at least 0'],
    share: ['share, from 0 to 1', '0.5', 'number from 0 to 1'],
    flip: ['flip images', 'true', 'true, false'],
    from: ['begin there', 'none', 'path'],
  });
  const plain = settingsTable({ size: TABLE.rows.size });
  t.equal(helpText(listSettings(plain)[0]!), 'height x width, multiples of 8; both count');
  t.same(
    fieldTexts(TABLE, { size: { height: 8, width: 8 }, rate: { d: 1e-5 }, weights: { x: 3 }, span: { c: 1, d: 0 } }),
    ['size 8x8', 'rate.d 1e-5', 'span 1+0', 'weights.x 3'],
  );
  t.equal(valueText(TABLE.rows.from, null), 'none');
});

t.test('every setting of InstaGAN says all that help and docs need of it', async (t) => {
  const defaults = parseTrainingConfig({}, 'The defaults');
  const names = new Set(listSettings(INSTAGAN_SETTINGS).map(({ path: [name] }) => name));
  t.same([...names], Object.keys(INSTAGAN_SETTINGS.rows), 'every row is listed');
  t.same(
    [...names].filter((name) => name !== 'logEvery'),
    Object.keys(defaults),
    'config.json has them in this order',
  );
  for (const { name, path: at, setting } of listSettings(INSTAGAN_SETTINGS)) {
    t.match(setting.flag, /^(none|--[a-z][a-z-]*( <.+>)?)$/, `${name} has a flag, or says that it has none`);
    t.match(setting.help, /^[A-Za-z].*[^.]$/, `${name} has help`);
    t.ok(defaultText(setting), `${name} has a default`);
    const value = valueAt(defaults, at);
    if (value !== undefined) t.same(value, setting.default, `${name}: the default is that of the table`);
  }
});

t.test(
  'a setting is added in one place: its row gives check, default, texts and the rule of a resumed run',
  async (t) => {
    const table = settingsTable({
      ...INSTAGAN_SETTINGS.rows,
      upsampling: choice(
        'transposed',
        { transposed: '', nearest: '' },
        '--upsampling <name>',
        'how decoders double the size',
      ),
      patience: whole(7, { min: 0 }, '--patience <N>', 'epochs to wait', { changesOnResume: true }),
    });
    const kind = { what: 'a model', command: 'train', table, parse: settingsParser(table) };
    const config = kind.parse({}, 'x');
    t.match(config, { ngf: 64, upsampling: 'transposed', patience: 7 });
    t.throws(() => kind.parse({ upsampling: 'bilinear' }, 'x'), { message: /^x: upsampling: .*"nearest"/ });
    t.match(listSettings(table).at(-1), { name: 'patience', changesOnResume: true, section: 'settings' });
    t.match(resumedConfig(kind, config, { patience: 9 }), { patience: 9 });
    t.throws(() => resumedConfig(kind, config, { upsampling: 'nearest' }), {
      message: /started with upsampling "transposed" and cannot go on with "nearest"/,
    });
  },
);
