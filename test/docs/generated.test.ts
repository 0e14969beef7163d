import { readFile } from 'node:fs/promises';
import { INSTAGAN_SETTINGS, listSettings, PRESETS } from '@instagan/core/settings';
import { SEGMENTER_PRESETS, SEGMENTER_SETTINGS } from '@instagan/segmenter/settings';
import t from 'tap';
import { withModels } from '../../scripts/docs/models-doc.ts';
import { withSettings } from '../../scripts/docs/settings-doc.ts';

const page = await readFile(new URL('../../docs/settings.md', import.meta.url), 'utf8');

t.test('docs/settings.md says what the tables of settings say: run npm run docs', async (t) => {
  t.equal(withSettings(page), page);
});

t.test('docs/results.md says what the cards of the shipped models say: run npm run docs', async (t) => {
  const results = await readFile(new URL('../../docs/results.md', import.meta.url), 'utf8');
  t.equal(withModels(results), results);
});

t.test('docs/settings.md has every setting and every preset, with its option', async (t) => {
  const [train = '', segmenter = ''] = page.split('## instagan segmenter train');
  for (const [part, table, presets] of [
    [train, INSTAGAN_SETTINGS, PRESETS],
    [segmenter, SEGMENTER_SETTINGS, SEGMENTER_PRESETS],
  ] as const) {
    for (const { name, setting } of listSettings(table)) {
      const option = setting.flag === 'none' ? '' : `\`${setting.flag}\``;
      t.match(part, `\n| \`${name}\` | ${option} | `, name);
    }
    for (const name of Object.keys(presets)) t.match(part, `\n| \`${name}\` | `, name);
  }
});

t.test('a page without the place for a part is refused, not written without it', async (t) => {
  t.throws(() => withSettings(page.replace('<!-- train presets -->', '')), { message: /no <!-- train presets -->/ });
});
