import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import t from 'tap';
import { attachMetadata } from './attach-metadata.ts';
import { correctExif } from './correct-exif.ts';
import { type ChangedImage, encodeLike, formatLike, type WrittenFormat } from './encode-like.ts';
import { readImage } from './read-image.ts';

const url = new URL('../../../test/fixtures/colours/colours.json', import.meta.url);
const cases = JSON.parse(readFileSync(url, 'utf8')) as { name: string; file: string }[];

/** Writes an image of the fixture: a row of 8 pixels, or 8x8 of one colour. */
async function fixture(folder: string, name: string): Promise<string> {
  const found = cases.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  const file = join(folder, name);
  await writeFile(file, Buffer.from(found.file, 'base64'));
  return file;
}

/** As a model would change it: the first pixel becomes another colour, and is an object. */
async function changedFirst(file: string, colour: readonly number[]) {
  const read = await readImage(file);
  const { width, height } = read;
  const data = Uint8Array.from(read.data);
  data.set(colour);
  const mask = new Uint8Array(width * height);
  mask[0] = 255;
  const changed: ChangedImage = { width, height, data, masks: [mask] };
  return { original: { file, read }, changed };
}

/** Levels as they are stored, whatever the profile. */
async function stored(image: string | Uint8Array): Promise<number[]> {
  const isDeep = (await sharp(image).metadata()).depth === 'ushort';
  const data = await sharp(image, { ignoreIcc: true })
    .toColourspace(isDeep ? 'rgb16' : 'srgb')
    .raw({ depth: isDeep ? 'ushort' : 'uchar' })
    .toBuffer();
  return isDeep ? [...new Uint16Array(data.buffer, data.byteOffset, data.length / 2)] : [...data];
}

t.test('depth, transparency, profile and every level that did not change survive', async (t) => {
  const folder = t.testdir();
  for (const depth of [8, 16]) {
    for (const model of ['rgb', 'rgba']) {
      for (const profile of ['none', 'srgb', 'display-p3', 'adobe-rgb']) {
        const file = await fixture(folder, `${model}${depth}-${profile}.png`);
        const { original, changed } = await changedFirst(file, [90, 120, 60]);
        for (const format of ['png', 'tiff'] as const) {
          const name = `${model}${depth}-${profile} as ${format}`;
          const written = join(folder, `out.${format}`);
          await writeFile(written, await encodeLike(original, changed, { format }));
          const [before, after] = await Promise.all([sharp(file).metadata(), sharp(written).metadata()]);
          t.same([after.format, after.depth, after.hasAlpha], [format, before.depth, before.hasAlpha], name);
          t.same(after.icc, before.icc, `${name}: profile`);
          const channels = model === 'rgba' ? 4 : 3;
          t.same((await stored(written)).slice(channels), (await stored(file)).slice(channels), `${name}: levels`);
          const first = (await readImage(written)).data.subarray(0, 3);
          const off = Math.max(...[90, 120, 60].map((level, c) => Math.abs(level - (first[c] as number))));
          t.ok(off <= 2, `${name}: the new colour is off by ${off}`);
        }
      }
    }
  }
});

t.test('an object that grows into what was transparent can be seen', async (t) => {
  const file = await fixture(t.testdir(), 'rgba8-none.png');
  const { original, changed } = await changedFirst(file, [1, 2, 3]);
  const at = 5;
  changed.data.set([1, 2, 3], at * 3);
  (changed.masks[0] as Uint8Array)[at] = 255;
  const levels = await stored(await encodeLike(original, changed, { format: 'png' }));
  t.same(levels.slice(at * 4, at * 4 + 4), [1, 2, 3, 255]);
  t.equal(levels[6 * 4 + 3], 128, 'elsewhere transparency stays');
});

t.test('greys become RGB with the brightness that their profile gives', async (t) => {
  const folder = t.testdir();
  for (const name of ['grey8-grey-1.8.png', 'grey16-grey-1.8.png', 'grey16-none.png']) {
    const file = await fixture(folder, name);
    const { original, changed } = await changedFirst(file, [90, 120, 60]);
    const written = join(folder, 'out.png');
    await writeFile(written, await encodeLike(original, changed, { format: 'png' }));
    t.same([...(await readImage(written)).data], [...changed.data], name);
    t.equal((await sharp(written).metadata()).depth, name === 'grey16-none.png' ? 'ushort' : 'uchar', name);
  }
});

t.test('each format can be asked for; a file comes back in its own, a GIF as PNG', async (t) => {
  const folder = t.testdir();
  const file = await fixture(folder, 'rgb8-display-p3.jpg');
  const { original, changed } = await changedFirst(file, [90, 120, 60]);
  const sizes: Record<string, number> = {};
  for (const format of ['png', 'jpeg', 'webp', 'avif', 'tiff'] as WrittenFormat[]) {
    const written = join(folder, `b.${format}`);
    await writeFile(written, await encodeLike(original, changed, { format }));
    t.equal(await formatLike(written), format);
    const after = await sharp(written).metadata();
    t.same(after.icc, (await sharp(file).metadata()).icc, `${format} keeps the profile`);
    sizes[format] = after.size ?? 0;
    const last = (await readImage(written)).data.subarray(-3);
    const off = Math.max(...[...original.read.data.subarray(-3)].map((v, c) => Math.abs(v - (last[c] as number))));
    // WebP has colour at half the resolution.
    t.ok(off <= (format === 'webp' ? 12 : 6), `${format} is off by ${off}`);
  }
  const coarse = await encodeLike(original, changed, { format: 'jpeg', quality: 10 });
  const fine = await encodeLike(original, changed, { format: 'jpeg', quality: 100 });
  t.ok(coarse.length < fine.length);
  await sharp(file).gif().toFile(join(folder, 'a.gif'));
  t.equal(await formatLike(join(folder, 'a.gif')), 'png');
});

/** EXIF of a phone: make, orientation, size and a preview. */
function phoneExif(isLittle: boolean): Buffer {
  const exif = Buffer.alloc(120);
  const put = (value: number, at: number, bytes: 2 | 4) =>
    isLittle ? exif.writeUIntLE(value, at, bytes) : exif.writeUIntBE(value, at, bytes);
  const folder = (at: number, entries: (readonly [number, number, number, number])[], next: number) => {
    put(entries.length, at, 2);
    for (const [i, [tag, type, count, value]] of entries.entries()) {
      const entry = at + 2 + 12 * i;
      put(tag, entry, 2);
      put(type, entry + 2, 2);
      put(count, entry + 4, 4);
      put(value, entry + 8, type === 3 ? 2 : 4);
    }
    put(next, at + 2 + 12 * entries.length, 4);
  };
  exif.write(isLittle ? 'II' : 'MM', 0, 'latin1');
  put(42, 2, 2);
  put(8, 4, 4);
  const make = [0x010f, 2, 6, 90] as const;
  folder(8, [make, [0x0112, 3, 1, 6], [0x8769, 4, 1, 50]], 0);
  folder(
    50,
    [
      [0xa002, 4, 1, 8],
      [0xa003, 3, 1, 4],
    ],
    0,
  );
  exif.write('Phone\0', 90, 'latin1');
  // The chain goes on to a folder of a preview, here an empty one.
  put(100, 46, 4);
  return exif;
}

t.test('EXIF stays, and what it says of orientation, size and preview is right', async (t) => {
  for (const isLittle of [true, false]) {
    const exif = phoneExif(isLittle);
    const right = correctExif(exif, { width: 4, height: 8 }) as Buffer;
    const number = (at: number, bytes: number) =>
      isLittle ? right.readUIntLE(at, bytes) : right.readUIntBE(at, bytes);
    t.same([number(8 + 2 + 12 + 8, 2), number(50 + 2 + 8, 4), number(50 + 14 + 8, 2), number(46, 4)], [1, 4, 8, 0]);
    t.equal(right.toString('latin1', 90, 95), 'Phone');
    t.equal(correctExif(exif.subarray(0, 20), { width: 4, height: 8 }), null, 'cut short');
  }
  t.equal(correctExif(Buffer.from('no EXIF at all'), { width: 4, height: 8 }), null);

  const folder = t.testdir();
  const file = join(folder, 'phone.png');
  const rgb = Uint8Array.from({ length: 8 * 4 * 3 }, (_, i) => i * 2);
  const png = await sharp(rgb, { raw: { width: 8, height: 4, channels: 3 } })
    .png()
    .toBuffer();
  await writeFile(file, attachMetadata(png, { icc: null, exif: phoneExif(true) }));
  const { original, changed } = await changedFirst(file, [9, 9, 9]);
  t.same([changed.width, changed.height], [4, 8], 'the photo is turned');
  for (const format of ['png', 'jpeg', 'webp', 'avif'] as const) {
    const written = join(folder, `b.${format}`);
    await writeFile(written, await encodeLike(original, changed, { format }));
    const after = await sharp(written).metadata();
    t.same([after.width, after.height, after.orientation ?? 1], [4, 8, 1], format);
    t.match(after.exif?.toString('latin1'), /Phone/, `${format} keeps the camera`);
    const again = await readImage(written);
    t.same([again.width, again.height], [4, 8], `${format} is not turned twice`);
  }
  t.same([...(await readImage(join(folder, 'b.png'))).data], [...changed.data]);
});

t.test('a stretched image has the changed pixels alone', async (t) => {
  const file = await fixture(t.testdir(), 'rgba16-display-p3.png');
  const read = await readImage(file, { size: { height: 2, width: 5 } });
  const changed = { ...read, masks: [] };
  const written = await encodeLike({ file, read }, changed, { format: 'png' });
  t.match(await sharp(written).metadata(), { width: 5, height: 2, depth: 'uchar', hasAlpha: false });
});

t.test('what a format cannot hold, and an original that is gone, are errors that name the file', async (t) => {
  const folder = t.testdir();
  const file = join(folder, 'long.png');
  const [width, height] = [17_000, 1];
  await sharp({ create: { width, height, channels: 3, background: 'red' } })
    .png()
    .toFile(file);
  const { original, changed } = await changedFirst(file, [9, 9, 9]);
  await t.rejects(encodeLike(original, changed, { format: 'webp' }), { name: 'UserError', message: /long\.png.*webp/ });
  const gone = { ...original, file: join(folder, 'gone.png') };
  await t.rejects(encodeLike(gone, changed, { format: 'png' }), { name: 'UserError', message: /gone\.png/ });
});
