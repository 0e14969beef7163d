import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';

t.test('a working folder that is deleted does not send a program into an endless loop', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'instagan-deleted-'));
  const module = new URL('./make-folder.ts', import.meta.url).href;
  const program = `
    const { makeFolder } = await import(${JSON.stringify(module)});
    const { rmSync } = await import('node:fs');
    rmSync(process.argv[1], { recursive: true });
    await makeFolder('a/b').then(() => console.log('made'), (error) => console.log(error.code));`;
  const argv = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', program, folder];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: folder, timeout: 20_000 });
  t.match(stdout, /^(made|ENOENT)$/m, 'made again or refused');
  await rm(folder, { recursive: true, force: true });
});
