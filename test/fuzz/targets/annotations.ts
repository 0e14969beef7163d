import { imageMasks, openAnnotations } from '@instagan/datasets';
import { type FuzzTarget, jsonBytes } from '../fuzz-target.ts';

const HEADER = {
  width: 12,
  height: 8,
  isTurned: false,
  orientation: 1,
  colourSpace: 'srgb',
  channels: 3,
  hasAlpha: false,
};

const image = { id: 1, file_name: 'photos/a.jpg', width: 12, height: 8 };
const polygon = { id: 1, image_id: 1, category_id: 1, iscrowd: 0, segmentation: [[1, 1, 9, 1, 9, 6.5, 1, 6]] };
const runs = { size: [8, 12], counts: [10, 4, 82] };
const compressed = { size: [8, 12], counts: ':4b2' };

/** COCO instances: polygons, run lengths and their compressed form. */
export const coco: FuzzTarget = {
  name: 'coco',
  kind: 'json',
  words: [
    'segmentation',
    'counts',
    'size',
    'file_name',
    'iscrowd',
    'image_id',
    'width',
    'height',
    'id',
    '00',
    'PPPP',
    'b2',
  ],
  seeds: async () => [
    jsonBytes({ images: [image], annotations: [polygon], categories: [{ id: 1, name: 'sheep' }] }),
    jsonBytes({
      images: [image, { ...image, id: 'two', file_name: 'b.png' }],
      annotations: [
        { ...polygon, segmentation: runs },
        { ...polygon, id: 2, segmentation: compressed },
        { ...polygon, id: 3, image_id: 'two', iscrowd: 1 },
      ],
      categories: [],
    }),
  ],
  read: async (input, place) => {
    const source = await openAnnotations(place.file('instances.json', input), { format: 'coco' });
    const masks = imageMasks(source);
    for (const name of ['photos/a.jpg', 'b.png']) {
      for (const { width, height, data } of await masks.masksOf(name, HEADER)) {
        if (data.length !== width * height) throw new Error(`A mask of ${width}x${height} has ${data.length} bytes.`);
      }
    }
    await imageMasks(source, { category: 'sheep' }).masksOf('photos/a.jpg', HEADER);
    return [];
  },
};
