// Starts a program that is TypeScript, as `tsx FILE` does, but compiled only once: for what is started many times.
//
//   node scripts/start.js FILE [ARGUMENT ...]
import { createHash } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compiledForm } from '../packages/tui/compiled-form.js';

const folder = fileURLToPath(new URL('../.cache/programs', import.meta.url));
const file = path.resolve(process.argv[2] ?? '');
const name = `${path.parse(file).name}-${createHash('sha256').update(file).digest('hex').slice(0, 8)}`;
const compiled = await compiledForm(file, folder, name);
if (compiled === null) {
  const { register } = await import('tsx/esm/api');
  register();
}
process.argv.splice(1, 2, file);
await import(pathToFileURL(compiled ?? file).href);
