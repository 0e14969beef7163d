import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { decodeRunString } from './coco-rle.ts';
import { readCocoMasks } from './read-coco-masks.ts';

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
  const coco = await readCocoMasks(file);
  const masks = coco.masksOf('photo');
  t.equal(masks.length, 4, 'a crowd is no instance');
  t.same(rows(masks[0]!), ['....', '.##.', '.##.']);
  t.same(rows(masks[1]!), ['...#', '.##.', '.##.'], 'an object in two parts');
  t.same(rows(masks[2]!), ['#..#', '#.#.', '..#.'], 'down the columns');
  t.same(masks[3]!.data, masks[2]!.data);
  t.same(coco.masksOf('other'), []);
});

t.test('run lengths survive their string, large and falling ones too', async (t) => {
  const counts = [103_455, 12, 480, 3, 1, 70_000, 2, 31, 32, 15, 16, 1];
  t.same(decodeRunString(runString(counts)), counts);
  t.throws(() => decodeRunString('o'), RangeError);
});

t.test('a file that is none, or does not fit its image, is named', async (t) => {
  const folder = t.testdir({ 'text.json': 'no', 'list.json': '[]' });
  await t.rejects(readCocoMasks(path.join(folder, 'none.json')), {
    name: 'UserError',
    message: /none\.json cannot be read \(ENOENT\)/,
  });
  await t.rejects(readCocoMasks(path.join(folder, 'text.json')), /text\.json is not JSON/);
  await t.rejects(readCocoMasks(path.join(folder, 'list.json')), /list\.json has no lists "images" and "annotations"/);
  const file = path.join(folder, 'wrong.json');
  const images = [{ id: 1, file_name: 'a.png', width: 2, height: 2 }];
  await writeFile(
    file,
    JSON.stringify({ images, annotations: [{ id: 9, image_id: 1, segmentation: { size: [2, 2], counts: [9] } }] }),
  );
  const wrong = await readCocoMasks(file);
  t.throws(() => wrong.masksOf('a'), /wrong\.json: annotation 9 of a\.png cannot be read \(the runs do not fit\)/);
});

const shared = path.join(process.env.INSTAGAN_SHARED ?? '../shared', 'data', 'formats', 'coco');
const sample = await readFile(path.join(shared, 'instances_mini.json'), 'utf8').catch(() => null);
const skip = sample === null && 'no data/formats/coco: set INSTAGAN_SHARED to the folder that holds data/';

t.test("the areas of COCO's own annotations come out", { skip }, async (t) => {
  const coco = await readCocoMasks(path.join(shared, 'instances_mini.json'));
  const { images, annotations } = JSON.parse(sample as string);
  let checked = 0;
  for (const { id, file_name } of images) {
    const own = annotations.filter(
      (each: { image_id: number; iscrowd: number }) => each.image_id === id && each.iscrowd === 0,
    );
    const masks = coco.masksOf(path.parse(file_name).name);
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
