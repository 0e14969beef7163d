import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { temporaryFolder } from '../test-support/media.ts';
import { openWidePipe, type WidePipe } from './wide-pipe.ts';

/** A program that writes so many bytes, which count from 0 to 250 again and again, and ends. */
const writes = (bytes: number) => `
  const all = Uint8Array.from({ length: ${bytes} }, (_, i) => i % 251);
  process.stdout.write(all.subarray(0, 5), () => setTimeout(() => process.stdout.write(all.subarray(5)), 50));`;

async function opened(program: string) {
  const pipe = (await openWidePipe()) as WidePipe;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', pipe.input, 'inherit'] });
  pipe.input.destroy();
  return { pipe, child };
}

const isInOrder = (bytes: Uint8Array, from: number) => bytes.every((byte, i) => byte === (from + i) % 251);

t.test(
  'every byte arrives where it belongs, in pieces of any size',
  { skip: process.platform === 'win32' },
  async (t) => {
    const { pipe } = await opened(writes(3_000_000));
    let at = 0;
    for (const size of [1, 3, 7, 1_000_000, 0, 20, 16_384, 1, 1_500_000, 40_000]) {
      const target = new Uint8Array(size + 2).fill(255);
      t.equal(await pipe.output.fill(target.subarray(1, size + 1)), size);
      t.ok(isInOrder(target.subarray(1, size + 1), at), `${size} bytes from ${at} on`);
      t.same([target[0], target[size + 1]], [255, 255], 'nothing beside them');
      at += size;
    }
    const rest = new Uint8Array(1_000_000);
    t.equal(await pipe.output.fill(rest), 3_000_000 - at, 'it tells where the program ended');
    t.ok(isInOrder(rest.subarray(0, 3_000_000 - at), at));
    t.equal(await pipe.output.fill(rest), 0);
  },
);

t.test(
  'given up, it keeps neither its reader nor the program waiting',
  { skip: process.platform === 'win32' },
  async (t) => {
    const { pipe, child } = await opened(
      `process.stdout.on('error', () => process.exit()); setInterval(() => process.stdout.write(Buffer.alloc(1e6)), 1)`,
    );
    const exited = once(child, 'exit');
    await pipe.output.fill(new Uint8Array(10));
    const reading = pipe.output.fill(new Uint8Array(1e9));
    setTimeout(() => pipe.close(), 100);
    t.ok((await reading) < 1e9);
    await exited;
  },
);

t.test(
  'it leaves nothing behind, and does without where no socket can be',
  { skip: process.platform === 'win32' },
  async (t) => {
    const folder = await temporaryFolder(t);
    const before = process.env.TMPDIR;
    t.teardown(() => {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    });
    process.env.TMPDIR = folder;
    const pipe = (await openWidePipe()) as WidePipe;
    pipe.input.end('ab');
    const bytes = new Uint8Array(2);
    t.equal(await pipe.output.fill(bytes), 2);
    t.same(await readdir(folder), []);
    pipe.close();
    const deep = join(folder, 'a'.repeat(100));
    await mkdir(deep);
    process.env.TMPDIR = deep;
    t.equal(await openWidePipe(), null);
    t.same(await readdir(deep), []);
    process.env.TMPDIR = join(folder, 'gone');
    t.equal(await openWidePipe(), null);
  },
);
