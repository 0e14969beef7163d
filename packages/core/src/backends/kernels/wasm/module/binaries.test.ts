import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';

t.test('binaries that differ from the source could not be reviewed', async (t) => {
  const build = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../../../../wasm/build.js');
  await t.resolves(promisify(execFile)(process.execPath, [build, '--check']));
});
