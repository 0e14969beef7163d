import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type AnnotationFormatName, imageMasks, openAnnotations } from '@instagan/datasets';
import sharp from 'sharp';
import { type FuzzPlace, type FuzzTarget, jsonBytes } from '../fuzz-target.ts';
import { MAT_WORDS, matCells, matFile, matNumbers } from './mat-writer.ts';

const [WIDTH, HEIGHT] = [12, 8];
const HEADER = {
  ...{ width: WIDTH, height: HEIGHT, isTurned: false, orientation: 1 },
  ...{ colourSpace: 'srgb', channels: 3, hasAlpha: false },
};
/** The picture that all formats annotate. */
const PICTURE = 'a.jpg';

const encoder = new TextEncoder();

/** Opens annotations, and draws all masks of the picture. */
async function readMasks(place: string, format: AnnotationFormatName): Promise<readonly string[]> {
  const source = await openAnnotations(place, { format });
  for (const category of [undefined, 'sheep']) {
    if (category !== undefined && !(source.labels?.includes(category) ?? true)) continue;
    const masks = imageMasks(source, category === undefined ? {} : { category });
    for (const { width, height, data } of await masks.masksOf(PICTURE, HEADER)) {
      if (data.length !== width * height) throw new Error(`A mask of ${width}x${height} has ${data.length} bytes.`);
    }
  }
  return [];
}

/** A fresh folder of a format's name. */
function folderOf({ folder }: FuzzPlace, name: string, ...below: string[]): string {
  const made = path.join(folder, name);
  for (const each of ['', ...below]) mkdirSync(path.join(made, each), { recursive: true });
  return made;
}

const image = { id: 1, file_name: `photos/${PICTURE}`, width: WIDTH, height: HEIGHT };
const polygon = { id: 1, image_id: 1, category_id: 1, iscrowd: 0, segmentation: [[1, 1, 9, 1, 9, 6.5, 1, 6]] };
const runs = { size: [HEIGHT, WIDTH], counts: [10, 4, 82] };
const compressed = { size: [HEIGHT, WIDTH], counts: ':4b2' };

/** COCO instances: polygons, run lengths and their compressed form. */
const coco: FuzzTarget = {
  name: 'coco',
  kind: 'json',
  words: ['segmentation', 'counts', 'size', 'file_name', 'iscrowd', 'image_id', 'width', 'height', 'id', 'PPPP', 'b2'],
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
  read: (input, place) => readMasks(place.file('instances.json', input), 'coco'),
};

const shape = {
  label: 'sheep',
  points: [
    [1, 1],
    [9, 1],
    [9, 6],
  ],
  group_id: null,
  shape_type: 'polygon',
  flags: {},
};
const bitmap = () =>
  sharp(Buffer.alloc(16, 255), { raw: { width: 4, height: 4, channels: 1 } })
    .png()
    .toBuffer();

/** labelme: polygons, rectangles, circles and bitmaps. */
const labelme: FuzzTarget = {
  name: 'labelme',
  kind: 'json',
  words: [
    'shapes',
    'points',
    'label',
    'group_id',
    'shape_type',
    'rectangle',
    'circle',
    'mask',
    'imagePath',
    '__ignore__',
  ],
  seeds: async () => [
    jsonBytes({
      imagePath: PICTURE,
      imageHeight: HEIGHT,
      imageWidth: WIDTH,
      shapes: [shape, { ...shape, group_id: 1 }],
    }),
    jsonBytes({
      imagePath: `..\\photos\\${PICTURE}`,
      shapes: [
        {
          ...shape,
          shape_type: 'rectangle',
          points: [
            [1, 1],
            [5, 5],
          ],
        },
        {
          ...shape,
          shape_type: 'circle',
          points: [
            [5, 4],
            [5, 6],
          ],
        },
        {
          ...shape,
          shape_type: 'mask',
          points: [
            [1, 1],
            [4, 4],
          ],
          mask: (await bitmap()).toString('base64'),
        },
      ],
    }),
  ],
  read: (input, place) => readMasks(place.file('a.json', input), 'labelme'),
};

const region = (shapeAttributes: object) => ({
  shape_attributes: shapeAttributes,
  region_attributes: { name: 'sheep' },
});

/** VGG Image Annotator, both versions. */
const via: FuzzTarget = {
  name: 'via',
  kind: 'json',
  words: [
    'regions',
    'shape_attributes',
    'region_attributes',
    'all_points_x',
    'polygon',
    'ellipse',
    'theta',
    '_via_img_metadata',
  ],
  seeds: async () => [
    jsonBytes({
      'a.jpg1': {
        filename: PICTURE,
        regions: [
          region({ name: 'polygon', all_points_x: [1, 9, 9], all_points_y: [1, 1, 6] }),
          region({ name: 'rect', x: 1, y: 1, width: 4, height: 3 }),
        ],
      },
    }),
    jsonBytes({
      _via_img_metadata: {
        x: {
          filename: PICTURE,
          regions: {
            0: region({ name: 'circle', cx: 5, cy: 4, r: 2 }),
            1: region({ name: 'ellipse', cx: 5, cy: 4, rx: 3, ry: 2, theta: 0.5 }),
          },
        },
      },
    }),
  ],
  read: (input, place) => readMasks(place.file('via.json', input), 'via'),
};

/** VGG Image Annotator, version 3: one list of regions, views that show files, and attributes by number. */
const via3: FuzzTarget = {
  name: 'via-3',
  kind: 'json',
  words: ['vid_list', 'fid_list', 'metadata', 'attribute', 'aname', 'options', 'fname', 'xy', 'av', 'vid', 'view'],
  seeds: async () => {
    // A rectangle, a circle, an ellipse, a polygon, and a rectangle and a circle by points on their rims.
    const shapes = [
      [2, 1, 1, 4, 3],
      [3, 5, 4, 2],
      [4, 5, 4, 3, 2],
      [7, 1, 1, 9, 1, 9, 6],
      [8, 1, 1, 5, 5, 3, 2],
      [9, 3, 4, 5, 2, 7, 4],
      [],
    ];
    const metadata = Object.fromEntries(
      shapes.map((xy, i) => [`1_${i}`, { vid: '1', flg: 0, z: [], xy, av: { 1: i % 2 === 0 ? '0' : '1', 2: 'x' } }]),
    );
    const project = {
      project: { pid: '__VIA__', pname: 'sheep', vid_list: ['1', '2'] },
      config: {},
      attribute: {
        1: { aname: 'name', type: 4, options: { 0: 'sheep', 1: 'goat' } },
        2: { aname: 'text', type: 1, options: {} },
      },
      file: { 1: { fid: 1, fname: PICTURE, type: 2 }, 2: { fid: 2, fname: 'b.mp4', type: 4 } },
      view: { 1: { fid_list: [1] }, 2: { fid_list: ['2'] } },
    };
    return [jsonBytes({ ...project, metadata }), jsonBytes({ ...project, metadata: {} })];
  },
  read: (input, place) => readMasks(place.file('via-3.json', input), 'via'),
};

const DATA_YAML = 'train: images\nval: ../valid/images\nnc: 1\nnames: [sheep]\n';
const LABELS = '0 0.1 0.1 0.8 0.1 0.8 0.7\n0 0.5 0.5 0.2 0.2\n';
const SEPARATOR = '\n---8<---\n';

/** YOLO: `data.yaml` and the labels of a picture, with a line between them. */
const yolo: FuzzTarget = {
  name: 'yolo',
  kind: 'bytes',
  words: [
    SEPARATOR,
    'names:',
    'train:',
    'val:',
    '&a [*a,*a]',
    '<<: *a',
    '!!js/function',
    '1e999',
    '-1',
    'images',
    '../..',
  ],
  seeds: async () => [
    encoder.encode(DATA_YAML + SEPARATOR + LABELS),
    encoder.encode(`names:\n  0: sheep${SEPARATOR}${LABELS}`),
  ],
  read: (input, place) => {
    const folder = folderOf(place, 'yolo', 'images', 'labels');
    const [yaml = '', labels = ''] = Buffer.from(input).toString('latin1').split(SEPARATOR);
    writeFileSync(path.join(folder, 'data.yaml'), yaml, 'latin1');
    writeFileSync(path.join(folder, 'images', PICTURE), '');
    writeFileSync(path.join(folder, 'labels', 'a.txt'), labels, 'latin1');
    return readMasks(folder, 'yolo');
  },
};

/** Small pictures of grey levels, and of colours by index. */
async function labelPictures(): Promise<Uint8Array[]> {
  const grey = Buffer.from(Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => [0, 17, 255][i % 3] as number));
  const picture = () => sharp(grey, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } });
  return [await picture().png().toBuffer(), await picture().toColourspace('srgb').png({ palette: true }).toBuffer()];
}

/** A format whose annotations are pictures. @param files each of which is the input */
function labelFormat(name: AnnotationFormatName, files: readonly string[], others: readonly string[]): FuzzTarget {
  return {
    name,
    kind: 'bytes',
    words: ['IHDR', 'PLTE', 'IDAT', 'tRNS', 'IEND'],
    seeds: labelPictures,
    read: (input, place) => {
      const folder = folderOf(place, name, ...[...files, ...others].map((file) => path.dirname(file)));
      for (const file of files) writeFileSync(path.join(folder, file), input);
      for (const file of others) writeFileSync(path.join(folder, file), '');
      return readMasks(folder, name);
    },
  };
}

const voc = labelFormat('voc', ['SegmentationClass/a.png', 'SegmentationObject/a.png'], []);
const mhp = labelFormat('mhp', ['annotations/a_02_01.png', 'annotations/a_02_02.png'], [`images/${PICTURE}`]);
const masks = labelFormat('masks', ['masks/a.png'], [`images/${PICTURE}`]);
/** The layout of this project, whose masks are pictures. */
const ownLayout = labelFormat('instagan', ['trainA_seg/a_0.png', 'testB_seg/a_0.png'], [`trainA/${PICTURE}`]);

const TRUTH = matFile(
  matNumbers(
    'groundtruth',
    [HEIGHT, WIDTH],
    Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => i % 2),
  ),
);
const LABEL_LIST = matFile(matCells('label_list', ['null', 'sheep']));

/** Clothing Co-Parsing: files of MATLAB. */
const mat: FuzzTarget = {
  name: 'mat',
  kind: 'bytes',
  words: MAT_WORDS,
  seeds: async () => [TRUTH, LABEL_LIST, matFile(matNumbers('groundtruth', [HEIGHT, WIDTH], new Uint8Array(96)), true)],
  read: async (input, place) => {
    const folder = folderOf(place, 'ccp', 'annotations/pixel-level');
    const [truth, list] = ['annotations/pixel-level/a.mat', 'label_list.mat'].map((name) => path.join(folder, name));
    const isList = Buffer.from(input).includes('label_list');
    writeFileSync(truth as string, isList ? TRUTH : input);
    writeFileSync(list as string, isList ? input : LABEL_LIST);
    return readMasks(folder, 'ccp');
  },
};

export const ANNOTATIONS: readonly FuzzTarget[] = [coco, labelme, via, via3, yolo, voc, mhp, masks, ownLayout, mat];
