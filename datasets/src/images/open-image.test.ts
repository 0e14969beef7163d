import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import t from 'tap';
import { readLabelImage } from '../formats/label-image.ts';
import { fillBitmap } from '../formats/shapes.ts';
import { openDecodePool } from '../pairs/decode-pool.ts';
import { encodeLike, formatLike } from './encode-like.ts';
import { readHeader } from './image-file.ts';
import { readImage } from './read-image.ts';
import { readMask } from './read-mask.ts';
import { writeImage } from './write-image.ts';

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8" fill="#fff"/></svg>';

const red = () => sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } });
// Before our own functions block it.
const VIPS = await red()
  .toFile(path.join(t.testdir(), 'a.v'))
  .then(() => readFileSync(path.join(t.testdirName, 'a.v')));

/** Files whose names say image, by what they are. */
const HOSTILE: Readonly<Record<string, readonly [content: string | Uint8Array, kind: RegExp]>> = {
  'drawing.png': [SVG, /it is an SVG drawing, not a PNG/],
  'drawing.jpg': [`<?xml version="1.0"?>\n<!-- x -->\n${SVG}`, /it is an SVG drawing/],
  'packed.webp': [gzipSync(SVG), /it is a gzip archive/],
  'bomb.png': [SVG.replaceAll('"8"', '"30000"'), /it is an SVG drawing/],
  'document.jpg': ['%PDF-1.4\n1 0 obj\n', /it is a PDF document/],
  'page.gif': ['<!DOCTYPE html><html></html>', /it is an HTML page/],
  'vips.png': [VIPS, /it is an image of libvips/],
  'anymap.tif': ['P6 2 2 255 abcdefghijkl', /it is a portable anymap/],
  'empty.avif': ['', /it is empty/],
};

async function hostileFiles(folder: string): Promise<{ file: string; kind: RegExp }[]> {
  return Promise.all(
    Object.entries(HOSTILE).map(async ([name, [content, kind]]) => {
      const file = path.join(folder, name);
      await writeFile(file, content);
      return { file, kind };
    }),
  );
}

t.test('what is no image of the formats that are read is never rendered, and the error says what it is', async (t) => {
  const read = { width: 8, height: 8, data: new Uint8Array(8 * 8 * 3) };
  const readers: Readonly<Record<string, (file: string) => Promise<unknown>>> = {
    readHeader,
    readImage,
    'readImage at a size': (file) => readImage(file, { size: { width: 4, height: 4 } }),
    readMask,
    readLabelImage,
    formatLike,
    encodeLike: (file) => encodeLike({ file, read }, { ...read, masks: [] }, { format: 'png' }),
  };
  const folder = t.testdir({ 'folder.png': {} });
  const others = [
    { file: path.join(folder, 'folder.png'), kind: /folder\.png: it is no file/ },
    { file: path.join(folder, 'in latin-1: \ufffd.png'), kind: /: its name is not in UTF-8; rename it\./ },
  ];
  if (process.platform !== 'win32') {
    execFileSync('mkfifo', [path.join(folder, 'pipe.png')]);
    others.push({ file: path.join(folder, 'pipe.png'), kind: /pipe\.png: it is no file/ });
  }
  for (const { file, kind } of [...(await hostileFiles(folder)), ...others]) {
    for (const [name, reader] of Object.entries(readers)) {
      await t.rejects(reader(file), { name: 'UserError', message: kind }, `${name} of ${path.basename(file)}`);
    }
  }
});

t.test('a bitmap within a labelme file may be a PNG alone', async (t) => {
  const png = await red().toColourspace('b-w').png().toBuffer();
  const fill = (bytes: Uint8Array | string) => fillBitmap(mask, 8, 8, [0, 0], Buffer.from(bytes).toString('base64'));
  const mask = new Uint8Array(64);
  for (const [name, [content]] of Object.entries(HOSTILE)) {
    await t.rejects(fill(content), { name: 'RangeError', message: /its bitmap is no PNG image/ }, name);
  }
  await t.rejects(fill(await red().jpeg().toBuffer()), /its bitmap is no PNG image/);
  t.ok(mask.every((value) => value === 0));
  await fill(png);
  t.ok(mask.every((value) => value === 255));
});

t.test('a decode thread renders nothing else either, and does not disturb what others read', async (t) => {
  const folder = t.testdir();
  const [whole, drawing] = [path.join(folder, 'whole.png'), path.join(folder, 'drawing.png')];
  await writeFile(drawing, SVG);
  await writeImage(whole, { width: 8, height: 8, data: new Uint8Array(8 * 8 * 3) });
  const { pool, warning } = await openDecodePool(
    {
      ...{ size: { width: 8, height: 8 }, seed: 1, maxInstances: 2, instanceOrder: 'area', maskJitter: 0 },
      ...{ region: 'image', augment: false, loadScale: 1 },
    },
    { workers: 2, cacheBytes: 0 },
  );
  t.equal(warning, null);
  t.teardown(() => pool.close());
  const task = (file: string) => ({
    ...{ name: 'a', file, masks: [], predictedMasks: [], epoch: 0, index: 0, domain: 'A' as const },
  });
  t.ok(await pool.decode(task(whole)));
  await t.rejects(pool.decode(task(drawing)), { name: 'UserError', message: /drawing\.png: it is an SVG drawing/ });
});

t.test('one file alone calls sharp: all others open images through it', (t) => {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const folders = [
    'datasets/src',
    ...['core', 'segmenter', 'video', 'tui'].map((name) => `packages/${name}/src`),
    'models',
  ];
  const callers = folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name}`)
      .filter((name) => /\.[jt]sx?$/.test(name) && !/\.test\.|test-support|node_modules/.test(name))
      .filter((name) =>
        /import (?!type)[^;]*['"]sharp['"]|(import|require)\(\s*['"]sharp['"]/.test(
          readFileSync(path.join(root, name), 'utf8'),
        ),
      ),
  );
  t.strictSame(callers, ['datasets/src/images/open-image.ts']);
  t.end();
});
