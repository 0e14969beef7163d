import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trimmedMask } from '@instagan/core/data';
import sharp from 'sharp';
import t from 'tap';
import { isImageName, readHeader, requirePixels } from './image-file.ts';
import { readImage } from './read-image.ts';
import { decodeMask, readBoxedMask, readMask } from './read-mask.ts';
import { writeImage, writeMask } from './write-image.ts';

const width = 12;
const height = 8;
/** Left half red, right half blue: says at once whether anything was turned, swapped or squeezed. */
const rgb = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
  const left = Math.floor(i / 3) % width < width / 2;
  return [left ? 255 : 0, 0, left ? 0 : 255][i % 3] as number;
});
const raw = () => sharp(rgb, { raw: { width, height, channels: 3 } });
const grey = (values: readonly number[], of = { width: values.length, height: 1 }) =>
  sharp(Uint8Array.from(values), { raw: { ...of, channels: 1 } });
const pixel = ({ data, width }: { data: Uint8Array; width: number }, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

t.test('PNG, JPEG and WebP come back as the pixels that were written', async (t) => {
  const folder = t.testdir();
  for (const [name, tolerance] of [
    ['a.png', 0],
    ['b.jpg', 12],
    ['c.JPEG', 12],
    ['deep/er/d.webp', 40],
  ] as const) {
    const file = join(folder, name);
    await writeImage(file, { width, height, data: rgb });
    const read = await readImage(file);
    t.same([read.width, read.height, read.data.length], [width, height, width * height * 3], name);
    for (const [x, want] of [
      [1, [255, 0, 0]],
      [10, [0, 0, 255]],
    ] as const) {
      const off = Math.max(...pixel(read, x, 4).map((value, c) => Math.abs(value - (want[c] as number))));
      t.ok(off <= tolerance, `${name} at ${x}: off by ${off}`);
    }
  }
  t.same(
    (await readdir(folder)).filter((name) => name.includes('.part')),
    [],
    'nothing half-written is left',
  );
});

t.test('pictures of every kind arrive as 8-bit RGB', async (t) => {
  const folder = t.testdir();
  const file = (name: string) => join(folder, name);
  const ramp = Uint16Array.from({ length: 64 }, (_, i) => i * 1040);
  await grey([0, 100, 255]).png().toFile(file('grey.png'));
  await sharp(ramp, { raw: { width: 64, height: 1, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toFile(file('16.png'));
  await raw().toColourspace('cmyk').jpeg().toFile(file('cmyk.jpg'));
  await raw().png({ palette: true }).toFile(file('palette.png'));
  await sharp({ create: { width: 2, height: 2, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0 } } })
    .png()
    .toFile(file('alpha.png'));

  t.match([...(await readImage(file('grey.png'))).data].slice(3, 6), [100, 100, 100]);
  t.equal((await readHeader(file('16.png'))).colourSpace, 'grey16');
  const from16 = (await readImage(file('16.png'))).data;
  for (const i of [0, 10, 31, 63]) {
    t.ok(Math.abs((from16[i * 3] as number) - (i * 1040) / 257) <= 1, `16-bit level ${i} keeps its brightness`);
  }
  t.equal((await readHeader(file('cmyk.jpg'))).colourSpace, 'cmyk');
  const [red, green, blue] = pixel(await readImage(file('cmyk.jpg')), 1, 1) as [number, number, number];
  t.ok(red > 180 && green < 80 && blue < 80, `red through CMYK stays red: ${red},${green},${blue}`);
  t.same(pixel(await readImage(file('palette.png')), 10, 1), [0, 0, 255]);
  t.same(pixel(await readImage(file('alpha.png')), 0, 0), [255, 255, 255], 'transparent is laid on white');
});

t.test('TIFF, GIF and AVIF are read, of several pages the first', async (t) => {
  const folder = t.testdir();
  await raw().tiff({ compression: 'lzw' }).toFile(join(folder, 'a.tiff'));
  await raw().gif().toFile(join(folder, 'b.gif'));
  await raw().avif({ lossless: true }).toFile(join(folder, 'c.avif'));
  const pages = Buffer.concat([Buffer.from(rgb), Buffer.alloc(rgb.length, 99)]);
  await sharp(pages, { raw: { width, height: 2 * height, channels: 3, pageHeight: height } })
    .gif()
    .toFile(join(folder, 'd.gif'));
  t.equal((await sharp(join(folder, 'd.gif')).metadata()).pages, 2, 'the fixture is what it says');
  for (const name of ['a.tiff', 'b.gif', 'c.avif', 'd.gif']) {
    const read = await readImage(join(folder, name));
    t.same([read.width, read.height], [width, height], name);
    for (const [x, want] of [
      [1, [255, 0, 0]],
      [10, [0, 0, 255]],
    ] as const) {
      const off = Math.max(...pixel(read, x, 4).map((value, c) => Math.abs(value - (want[c] as number))));
      t.ok(off <= 2, `${name} at ${x}: off by ${off}`);
    }
  }
});

t.test('a photo from a phone lying on its side is set upright, header and pixels alike', async (t) => {
  const file = join(t.testdir(), 'phone.jpg');
  await raw().withMetadata({ orientation: 6 }).jpeg({ chromaSubsampling: '4:4:4' }).toFile(file);
  t.match(await readHeader(file), { width: height, height: width, isTurned: true });
  const read = await readImage(file);
  t.same([read.width, read.height], [height, width]);
  t.ok((pixel(read, 4, 1)[0] as number) > 200, 'the left half is now at the top');
});

t.test('the size asked for is met by stretching', async (t) => {
  const file = join(t.testdir(), 'a.png');
  await writeImage(file, { width, height, data: rgb });
  const read = await readImage(file, { size: { height: 20, width: 6 } });
  t.same([read.width, read.height, read.data.length], [6, 20, 360]);
  t.same(pixel(read, 0, 10), [255, 0, 0]);
});

t.test('a damaged file is refused by name and reason, not returned half grey', async (t) => {
  const folder = t.testdir();
  const noise = Uint8Array.from({ length: 90 * 90 * 3 }, (_, i) => (Math.imul(i, 2654435761) >>> 13) % 256);
  for (const name of ['cut.png', 'cut.jpg', 'cut.webp']) {
    const file = join(folder, name);
    await writeImage(file, { width: 90, height: 90, data: noise });
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, Math.floor(bytes.length * 0.6)));
    await t.rejects(readImage(file), { name: 'UserError', message: new RegExp(`${name}.*damaged or cut short`) });
    await t.rejects(readMask(file), { name: 'UserError', message: new RegExp(name) });
  }
  await writeFile(join(folder, 'text.png'), 'this is no image');
  await t.rejects(readHeader(join(folder, 'text.png')), {
    message: /text\.png: it is not a PNG, JPEG, WebP, TIFF, GIF or AVIF/,
  });
  await t.rejects(readImage(join(folder, 'none.png')), { message: /none\.png: there is no such file/ });
});

t.test('masks: object is above 127, however the grey is stored', async (t) => {
  const folder = t.testdir();
  const file = (name: string) => join(folder, name);
  const values = [0, 127, 128, 255];
  await grey(values).toColourspace('b-w').png().toFile(file('grey.png'));
  await grey(values).toColourspace('srgb').png().toFile(file('rgb.png'));
  await grey(values).png({ palette: true, colours: 4 }).toFile(file('palette.png'));
  await sharp(
    Uint16Array.from(values, (v) => v * 257),
    { raw: { width: 4, height: 1, channels: 1 } },
  )
    .toColourspace('grey16')
    .png()
    .toFile(file('16.png'));
  for (const name of ['grey.png', 'rgb.png', 'palette.png', '16.png']) {
    const mask = await decodeMask(file(name));
    t.same([...mask.data], [0, 0, 255, 255], name);
    t.match(mask, { width: 4, height: 1, objectPx: 2, betweenPx: 2 });
  }
  t.equal((await readHeader(file('grey.png'))).channels, 1, 'the fixture is what it says');
  t.equal((await readHeader(file('rgb.png'))).channels, 3, 'the fixture is what it says');
});

t.test('a mask in colours is refused: a threshold would invent an object', async (t) => {
  const file = join(t.testdir(), 'labels_0.png');
  await raw().png().toFile(file);
  await t.rejects(readMask(file), { name: 'UserError', message: /labels_0\.png holds colours.*greyscale/ });
});

t.test('transparent parts of a mask are background, and a shape held by transparency alone is refused', async (t) => {
  const folder = t.testdir();
  const rgba = (value: number) => Uint8Array.from([value, value, value, 255, value, value, value, 0]);
  const write = (name: string, data: Uint8Array) =>
    sharp(data, { raw: { width: 2, height: 1, channels: 4 } })
      .png()
      .toFile(join(folder, name));
  await write('white.png', rgba(255));
  await write('black.png', rgba(0));
  t.same([...(await readMask(join(folder, 'white.png'))).data], [255, 0]);
  await t.rejects(readMask(join(folder, 'black.png')), { name: 'UserError', message: /black\.png.*transparency/ });
});

t.test('resizing keeps a mask on its object: it equals the threshold of an image resized alike', async (t) => {
  const folder = t.testdir();
  const inside = (x: number, y: number) => (x - 40) ** 2 / 900 + (y - 25) ** 2 / 300 < 1 || (x > 70 && y > 40);
  const side = { width: 90, height: 60 };
  const mask = Uint8Array.from({ length: 90 * 60 }, (_, i) => (inside(i % 90, Math.floor(i / 90)) ? 255 : 0));
  const image = Uint8Array.from({ length: mask.length * 3 }, (_, i) => mask[Math.floor(i / 3)] as number);
  await writeImage(join(folder, 'a.png'), { ...side, data: image });
  await writeMask(join(folder, 'a_0.png'), { ...side, data: mask });
  for (const size of [
    { height: 44, width: 70 },
    { height: 131, width: 33 },
  ]) {
    const small = await readMask(join(folder, 'a_0.png'), { size });
    const picture = await readImage(join(folder, 'a.png'), { size });
    t.same([small.width, small.height], [size.width, size.height]);
    t.same(
      Buffer.from(small.data),
      Buffer.from(picture.data.filter((_, i) => i % 3 === 0).map((value) => (value > 127 ? 255 : 0))),
    );
  }
});

t.test('a written mask is 8-bit grey and comes back exactly', async (t) => {
  const folder = t.testdir();
  const data = Uint8Array.from({ length: 15 }, (_, i) => (i % 4 === 0 ? 255 : 0));
  await writeMask(join(folder, 'm_0.png'), { width: 5, height: 3, data });
  t.same(Buffer.from((await readMask(join(folder, 'm_0.png'))).data), Buffer.from(data));
  t.match(await readHeader(join(folder, 'm_0.png')), { channels: 1, colourSpace: 'b-w' });
});

t.test('a mask in the box around its object is what the whole one has there, wherever that is', async (t) => {
  const file = join(t.testdir(), 'm_0.png');
  const size = { width: 130, height: 97 };
  const px = size.width * size.height;
  const soft = (i: number) => (i % 3 === 0 ? 127 : 128);
  for (const [name, object] of Object.entries({
    'first and last pixel': (i: number) => (i === 0 || i === px - 1 ? 255 : 0),
    'a row amid': (i: number) => (i >= 50 * 130 + 20 && i < 50 * 130 + 90 ? 255 : 0),
    'across what is passed over at once': (i: number) => (i >= 4090 && i < 4100 ? 128 : 0),
    'faint before and after': (i: number) => (i < 3 ? 127 : i > 6000 && i < 6100 ? 200 : i > 9000 ? 1 : 0),
    everything: () => 255,
    'half of it, soft': (i: number) => (i % 130 > 60 ? soft(i) : 0),
    nothing: () => 0,
  })) {
    await sharp(
      Uint8Array.from({ length: px }, (_, i) => object(i)),
      { raw: { ...size, channels: 1 } },
    )
      .toColourspace('b-w')
      .png()
      .toFile(file);
    const cut = Uint8Array.from({ length: px }, (_, i) => (object(i) > 127 ? 255 : 0));
    for (const at of [size, { width: 211, height: 140 }, { width: 60, height: 40 }]) {
      const whole = await readMask(file, { size: at });
      if (at === size) t.ok(Buffer.from(whole.data).equals(cut), name);
      const expected = trimmedMask(whole.data, at);
      const found = await readBoxedMask(file, at);
      t.same(found?.box, expected?.box, `${name}, ${at.width}x${at.height}`);
      t.ok(Buffer.from(found?.pixels ?? []).equals(Buffer.from(expected?.pixels ?? [])), `${name}, its pixels`);
    }
  }
});

t.test('what cannot be written is refused and leaves the old file whole', async (t) => {
  const folder = t.testdir({ 'a.gif': 'old', plain: 'a file, not a folder' });
  await t.rejects(writeImage(join(folder, 'a.gif'), { width, height, data: rgb }), { name: 'UsageError' });
  t.equal(await readFile(join(folder, 'a.gif'), 'utf8'), 'old');
  await t.rejects(writeMask(join(folder, 'm.jpg'), { width: 1, height: 1, data: Uint8Array.of(0) }), {
    name: 'UsageError',
    message: /must be a \.png/,
  });
  await t.rejects(writeImage(join(folder, 'plain', 'x.png'), { width, height, data: rgb }), {
    name: 'UserError',
    message: /x\.png.*check the folder/,
  });
});

t.test('endings are recognised in any case', async (t) => {
  t.ok(['a.png', 'B.JPG', 'c.Jpeg', 'd.webp', 'e.TIF', 'e.tiff', 'f.gif', 'g.avif'].every(isImageName));
  t.notOk(['a.heic', 'a.bmp', 'png', '.png', 'a.png.txt', 'a'].some(isImageName));
});

t.test(
  'a mask of 0 and 1, or one of 16 bits that ends at 255, is told with its fix, not taken for background',
  async (t) => {
    const folder = t.testdir();
    const at = (name: string) => join(folder, name);
    await grey([0, 1, 1, 0]).toColourspace('b-w').png().toFile(at('ones.png'));
    await t.rejects(decodeMask(at('ones.png')), {
      name: 'UserError',
      message: /ones\.png holds 1 .* of 255 .*multiply it by 255/,
    });
    const deep = Uint16Array.of(0, 255, 255, 0);
    await sharp(deep, { raw: { width: 4, height: 1, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toFile(at('deep.png'));
    await t.rejects(decodeMask(at('deep.png')), { message: /deep\.png holds 255 .* of 65535 .*multiply it by 257/ });
    // What a network has made of nothing.
    await grey([0, 1, 2, 3]).toColourspace('b-w').png().toFile(at('soft.png'));
    t.equal((await decodeMask(at('soft.png'))).objectPx, 0);
    await grey([0, 0, 0, 0]).toColourspace('b-w').png().toFile(at('none.png'));
    t.equal((await decodeMask(at('none.png'))).objectPx, 0);
  },
);

t.test('an image too large for memory is refused by its header', async (t) => {
  const file = join(t.testdir(), 'bomb.png');
  await sharp({ create: { width: 12_000, height: 9_000, channels: 3, background: '#000000' } })
    .png()
    .toFile(file);
  const header = await readHeader(file);
  t.throws(() => requirePixels(file, header), {
    name: 'UserError',
    message: /bomb\.png has 12000x9000 pixels, and at most 100 million are read: .*--max-pixels/,
  });
  t.doesNotThrow(() => requirePixels(file, header, 2e8));
});
