import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import t, { type Test } from 'tap';
import type { ImageHeader } from '../images/image-file.ts';
import { turned } from '../images/turn-mask.ts';
import { decodeRunString } from './coco-rle.ts';
import { fillPolygon } from './fill-polygon.ts';
import { openAnnotations } from './format-list.ts';
import { type ImageMasksOptions, imageMasks } from './image-masks.ts';

const cocoMasks = async (file: string, options: ImageMasksOptions = {}) =>
  imageMasks(await openAnnotations(file, { format: 'coco' }), options);

/** The header of a picture of this size. */
const header = (width: number, height: number, orientation = 1): ImageHeader => ({
  ...{ width, height, orientation, isTurned: orientation !== 1 },
  ...{ colourSpace: 'srgb', channels: 3, hasAlpha: false },
});

const rows = ({ width, data }: { width: number; data: Uint8Array }) =>
  Array.from({ length: data.length / width }, (_, y) =>
    Array.from(data.subarray(y * width, (y + 1) * width), (value) => (value === 0 ? '.' : '#')).join(''),
  );

/** pycocotools' `rleToString`, for the test. */
function runString(counts: readonly number[]): string {
  return counts
    .map((count, i) => {
      let value = i > 2 ? count - (counts[i - 2] as number) : count;
      let text = '';
      for (;;) {
        const bits = value & 0x1f;
        value >>= 5;
        const more = (bits & 0x10) !== 0 ? value !== -1 : value !== 0;
        text += String.fromCharCode(48 + bits + (more ? 0x20 : 0));
        if (!more) return text;
      }
    })
    .join('');
}

const shared = path.join(process.env.INSTAGAN_SHARED ?? '../shared', 'data', 'formats', 'coco');
const sample = await readFile(path.join(shared, 'instances_mini.json'), 'utf8').catch(() => null);
const skip = sample === null && 'no data/formats/coco: set INSTAGAN_SHARED to the folder that holds data/';

t.test('polygons and run lengths of both forms become the masks they describe', async (t) => {
  const file = path.join(t.testdir(), 'instances.json');
  const square = [1, 1, 3, 1, 3, 3, 1, 3];
  const counts = [0, 2, 5, 3, 2];
  const annotation = (id: number, segmentation: unknown, more = {}) => ({ id, image_id: 7, segmentation, ...more });
  await writeFile(
    file,
    JSON.stringify({
      images: [{ id: 7, file_name: 'folder/photo.jpg', width: 4, height: 3 }],
      annotations: [
        annotation(1, [square]),
        annotation(2, [square, [3, 0, 4, 0, 4, 1, 3, 1]]),
        annotation(3, { size: [3, 4], counts }),
        annotation(4, { size: [3, 4], counts: runString(counts) }),
        annotation(5, { size: [3, 4], counts }, { iscrowd: 1 }),
      ],
    }),
  );
  const coco = await cocoMasks(file);
  const masks = await coco.masksOf('photo.jpg', header(4, 3));
  t.equal(masks.length, 4, 'a crowd is no instance');
  t.same(rows(masks[0]!), ['....', '.##.', '.##.']);
  t.same(rows(masks[1]!), ['...#', '.##.', '.##.'], 'an object in two parts');
  t.same(rows(masks[2]!), ['#..#', '#.#.', '..#.'], 'down the columns');
  t.same(masks[3]!.data, masks[2]!.data);
  t.same(await coco.masksOf('other', header(4, 3)), []);
});

t.test('run lengths survive their string, large and falling ones too', async (t) => {
  const counts = [103_455, 12, 480, 3, 1, 70_000, 2, 31, 32, 15, 16, 1];
  t.same(decodeRunString(runString(counts)), counts);
  t.throws(() => decodeRunString('o'), RangeError);
});

t.test('a file that is none, or does not fit its image, is named', async (t) => {
  const folder = t.testdir({ 'text.json': 'no', 'list.json': '[]' });
  await t.rejects(cocoMasks(path.join(folder, 'none.json')), {
    name: 'UserError',
    message: /^There is no file or folder .*none\.json/,
  });
  await t.rejects(cocoMasks(path.join(folder, 'text.json')), /text\.json is not JSON/);
  await t.rejects(cocoMasks(path.join(folder, 'list.json')), /list\.json has no lists "images" and "annotations"/);
  const file = path.join(folder, 'wrong.json');
  const images = [{ id: 1, file_name: 'a.png', width: 2, height: 2 }];
  await writeFile(
    file,
    JSON.stringify({ images, annotations: [{ id: 9, image_id: 1, segmentation: { size: [2, 2], counts: [9] } }] }),
  );
  const wrong = await cocoMasks(file);
  await t.rejects(
    wrong.masksOf('a.png', header(2, 2)),
    /wrong\.json: annotation 9 of a\.png cannot be read \(the runs do not fit\)/,
  );
});

const SQUARE = [[1, 1, 3, 1, 3, 3, 1, 3]];

/** A file of one image, a.png, with one annotation. */
async function reads(t: Test, image: object, segmentation: unknown, more: object = {}) {
  const file = path.join(t.testdir(), 'c.json');
  const images = [{ id: 1, file_name: 'a.png', width: 4, height: 3, ...image }];
  await writeFile(
    file,
    `\uFEFF${JSON.stringify({ images, annotations: [{ id: 5, image_id: 1, segmentation, ...more }] })}`,
  );
  return cocoMasks(file);
}

t.test('what tools write otherwise is read as it is meant', async (t) => {
  for (const [what, image, more] of [
    ['ids as text', { id: '1' }, {}],
    ['ids of annotations as text', {}, { image_id: '1' }],
    ['folders of another system', { file_name: 'train\\\\a.png' }, {}],
    ['no size', { width: undefined, height: null }, {}],
  ] as const) {
    const [mask] = await (await reads(t, image, SQUARE, more)).masksOf('photos/a.png', header(4, 3));
    t.same(mask && rows(mask), ['....', '.##.', '.##.'], what);
  }
  t.same(await (await reads(t, {}, [])).masksOf('a.png', header(4, 3)), [], 'keypoints have no outline');
});

t.test('what is no outline is an error that names its annotation, and other images are not lost', async (t) => {
  for (const [segmentation, message] of [
    [[1, 1, 3, 1, 3, 3], /a polygon is a list of numbers/],
    [
      [
        [
          [1, 1],
          [3, 1],
          [3, 3],
        ],
      ],
      /coordinates are numbers/,
    ],
    [[['1', '1', '3', '1', '3', '3']], /coordinates are numbers/],
    [[[1, 1, null, 1, 3, 3]], /coordinates are numbers/],
    [[[1, 1, 3]], /three points or more/],
    [[[1, 1, 3, 1, 3, 3, 1]], /an x and a y for each point/],
    [{ counts: [1] }, /size \[height, width\]/],
    [{ size: [3, 4], counts: [-1, 13] }, /./],
    [{ size: [3, 4] }, /have counts/],
    ['outline', /./],
    [[new Array(100_002).fill(1)], /at most 50000 points/],
  ] as const) {
    const coco = await reads(t, {}, segmentation);
    await t.rejects(coco.masksOf('a.png', header(4, 3)), {
      name: 'UserError',
      message: /annotation 5 of a\.png cannot be read/,
    });
    await t.rejects(coco.masksOf('a.png', header(4, 3)), { message });
    t.same(await coco.masksOf('b.png', header(4, 3)), []);
  }
});

t.test('sizes and names that do not fit the picture are told', async (t) => {
  const other = await reads(t, { width: 100, height: 20 }, SQUARE);
  await t.rejects(other.masksOf('a.png', header(4, 3)), { message: /a\.png is 100x20, but a\.png is 4x3/ });
  const huge = await reads(t, { width: 400_000, height: 300_000 }, SQUARE);
  await t.rejects(huge.masksOf('a.png', header(4, 3)), {
    message: /400000x300000 pixels: correct its width and height/,
  });
  for (const image of [{ file_name: undefined }, { file_name: 7 }, { width: -4 }, { height: 2.5 }, { width: 1e300 }]) {
    const coco = await reads(t, image, SQUARE);
    await t.rejects(coco.masksOf('a.png', header(4, 3)), { name: 'UserError' }, JSON.stringify(image));
  }
  const file = path.join(t.testdir(), 'c.json');
  const images = ['x/a.png', 'y/a.png'].map((file_name, id) => ({ id, file_name, width: 4, height: 3 }));
  await writeFile(file, JSON.stringify({ images, annotations: [{ id: 1, image_id: 1, segmentation: SQUARE }] }));
  const coco = await cocoMasks(file);
  t.equal((await coco.masksOf('photos/y/a.png', header(4, 3))).length, 1);
  t.equal((await coco.masksOf('photos/x/a.png', header(4, 3))).length, 0);
  await t.rejects(coco.masksOf('a.png', header(4, 3)), { message: /several images that may be a\.png/ });
});

t.test('the masks of a photo that the camera turned lie on it as it is shown', async (t) => {
  const coco = await reads(t, {}, SQUARE);
  t.same(rows((await coco.masksOf('a.png', header(3, 4, 6)))[0]!), ['...', '##.', '##.', '...']);
  t.same(rows((await coco.masksOf('a.png', header(3, 4, 8)))[0]!), ['...', '.##', '.##', '...']);
  // As sharp turns pictures.
  const data = Uint8Array.from({ length: 6 }, (_, i) => 40 * i);
  for (let orientation = 1; orientation <= 8; orientation++) {
    const tagged = await sharp(data, { raw: { width: 3, height: 2, channels: 1 } })
      .png()
      .withMetadata({ orientation })
      .toBuffer();
    const shown = await sharp(tagged, { autoOrient: true })
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const mask = turned({ width: 3, height: 2, data }, orientation);
    t.same(
      [mask.width, mask.height, [...mask.data]],
      [shown.info.width, shown.info.height, [...shown.data]],
      `${orientation}`,
    );
  }
});

t.test('one category alone is read, and one that is not there is refused', async (t) => {
  const file = path.join(t.testdir(), 'c.json');
  const annotations = [1, 2].map((category) => ({
    id: category,
    image_id: 1,
    category_id: category,
    segmentation: SQUARE,
  }));
  const categories = [
    { id: 1, name: 'sheep' },
    { id: '2', name: 'person' },
  ];
  await writeFile(
    file,
    JSON.stringify({ images: [{ id: 1, file_name: 'a.png', width: 4, height: 3 }], annotations, categories }),
  );
  t.equal((await (await cocoMasks(file)).masksOf('a.png', header(4, 3))).length, 2);
  t.equal((await (await cocoMasks(file, { category: 'person' })).masksOf('a.png', header(4, 3))).length, 1);
  await t.rejects(cocoMasks(file, { category: 'cow' }), {
    name: 'UsageError',
    message: /no category cow.*sheep, person/,
  });
});

t.test('very many points, and very many annotations, take no time', async (t) => {
  const beganMs = performance.now();
  const points = Array.from({ length: 50_000 }, (_, i) => [
    1000 + 900 * Math.cos(i / 7957),
    1000 + 900 * Math.sin(i / 7957),
  ]).flat();
  const mask = new Uint8Array(2000 * 2000);
  fillPolygon(mask, 2000, 2000, points);
  const area = mask.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
  t.ok(Math.abs(area / (Math.PI * 900 * 900) - 1) < 0.01, `${area} pixels`);
  const file = path.join(t.testdir(), 'c.json');
  const annotations = Array.from({ length: 200_000 }, (_, id) => ({ id, image_id: 1, segmentation: SQUARE }));
  await writeFile(file, JSON.stringify({ images: [{ id: 1, file_name: 'a.png', width: 4, height: 3 }], annotations }));
  const coco = await cocoMasks(file);
  await t.rejects(coco.masksOf('a.png', header(4, 3)), { message: /200000 annotations of a\.png: at most 1000/ });
  t.ok(performance.now() - beganMs < 20_000);
});

t.test("the areas of COCO's own annotations come out", { skip }, async (t) => {
  const coco = await cocoMasks(path.join(shared, 'instances_mini.json'));
  const { images, annotations } = JSON.parse(sample as string);
  let checked = 0;
  for (const { id, file_name, width, height } of images) {
    const own = annotations.filter(
      (each: { image_id: number; iscrowd: number }) => each.image_id === id && each.iscrowd === 0,
    );
    const masks = await coco.masksOf(file_name, header(width, height));
    t.equal(masks.length, own.length);
    for (const [i, { area }] of own.entries()) {
      const actual = masks[i]!.data.filter((value) => value !== 0).length;
      // Pixel centres against the exact area: they differ by the outline.
      t.ok(Math.abs(actual - area) < 4 * Math.sqrt(area) + 4, `${file_name}: ${actual} pixels, COCO says ${area}`);
      checked++;
    }
  }
  t.ok(checked > 90);
});
