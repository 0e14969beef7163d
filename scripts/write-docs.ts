// Writes what docs/ states of settings and models from their tables and cards: npm run docs
import { readFileSync, writeFileSync } from 'node:fs';
import { withModels } from './docs/models-doc.ts';
import { withSettings } from './docs/settings-doc.ts';

for (const [name, written] of [
  ['settings', withSettings],
  ['results', withModels],
] as const) {
  const page = new URL(`../docs/${name}.md`, import.meta.url);
  writeFileSync(page, written(readFileSync(page, 'utf8')));
}
