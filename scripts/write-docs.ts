// Writes what docs/ states of the settings from their tables: npm run docs
import { readFileSync, writeFileSync } from 'node:fs';
import { withSettings } from './docs/settings-doc.ts';

const page = new URL('../docs/settings.md', import.meta.url);
writeFileSync(page, withSettings(readFileSync(page, 'utf8')));
