import t from 'tap';
import { parseOptions } from './options.ts';
import { SETTINGS } from './settings.ts';

t.test('the fixed sizes by name, and what is asked for instead', async (t) => {
  t.same(parseOptions(['step']).setting, SETTINGS.small);
  t.same(parseOptions(['step', '--setting', 'paper']).setting, SETTINGS.paper);
  const { setting, backends, peer } = parseOptions('step --size 96x64 --ngf 8 --backends wasm,node'.split(' '));
  t.same(setting, { ...SETTINGS.small, height: 96, width: 64, ngf: 8, ndf: 8 });
  t.same(backends, ['wasm', 'node']);
  t.equal(peer, false);
  t.same(
    [['step'], ['step', '--vary']].map((args) => parseOptions(args).setting.vary),
    [false, true],
  );
});

t.test('a mistake is told: a benchmark of something else would be believed', async (t) => {
  for (const [line, message] of [
    ['', /^the benchmark is one of step, translate, ops/],
    ['steps', /^the benchmark is one of/],
    ['step translate', /^the benchmark is one of/],
    ['step --size 30x30', /^--size 30x30 is no size/],
    ['step --steps 0', /^--steps takes a whole number of at least 1/],
    ['step --backends cuda', /^--backends is one of/],
    ['translate --vary', /^--vary goes with the benchmark step only/],
    ['step --peer jax', /^--peer is one of pytorch/],
    ['step --no-such-option', /Unknown option '--no-such-option'/],
  ] as const) {
    t.throws(() => parseOptions(line.split(' ').filter(Boolean)), { name: 'UsageError', message }, line);
  }
});
