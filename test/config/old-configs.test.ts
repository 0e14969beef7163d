import { cp, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ConfigKind, type RunSettings, readRunConfig, translationConfigs } from '@instagan/core';
import { mergeFields } from '@instagan/core/settings';
import { segmenterConfigs } from '@instagan/segmenter';
import t, { type Test } from 'tap';

const fixtures = fileURLToPath(new URL('../fixtures/configs/', import.meta.url));

/** What the run machinery reads of a run whose `config.json` an earlier version wrote, and that file. */
async function readOld<Config extends RunSettings>(t: Test, kind: ConfigKind<Config>, name: string) {
  const run = path.join(t.testdir(), 'run');
  const file = path.join(fixtures, `${name}.json`);
  await mkdir(run);
  await cp(file, path.join(run, 'config.json'));
  return { config: await readRunConfig(kind, run), old: JSON.parse(await readFile(file, 'utf8')) };
}

t.test('runs made before load with every setting as it was, and with the defaults of later ones', async (t) => {
  for (const [name, kind] of [
    ['instagan-first', translationConfigs],
    ['instagan', translationConfigs],
    ['cyclegan-seg', translationConfigs],
    ['segmenter', segmenterConfigs],
  ] as const) {
    const { config, old } = await readOld(t, kind as ConfigKind<RunSettings>, name);
    const defaults = kind.parse({ model: old.model }, 'The defaults');
    t.strictSame(config, mergeFields(defaults, old), name);
  }
});

t.test('a run of the first version goes on as it was trained: settings that came later are off', async (t) => {
  const { config, old } = await readOld(t, translationConfigs, 'instagan-first');
  t.notOk('maskJitter' in old || 'consistency' in old.weights, 'it does not know them');
  t.match(config, { maskJitter: 0, weights: { consistency: 0 } });
});
