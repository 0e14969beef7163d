import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { openAnnotations, recogniseFormat } from './format-list.ts';
import { drawnObjects, indexedPng, matFile, writePicture, writePixels, writeText } from './test-support.ts';

t.test(
  'labelme: shapes of a group are one object, and ignored regions, lines and other shapes do not become any',
  async (t) => {
    const folder = t.testdir();
    await writePicture(path.join(folder, 'one.png'), 6, 4);
    const shape = (label: string, points: number[][], more = {}) => ({ label, points, group_id: null, ...more });
    const shapes = [
      shape(
        'cup',
        [
          [0, 0],
          [2, 0],
          [2, 1],
          [0, 1],
        ],
        { group_id: 3 },
      ),
      shape(
        'cup',
        [
          [4, 3],
          [6, 4],
        ],
        { group_id: 3, shape_type: 'rectangle' },
      ),
      shape(
        'cup',
        [
          [0, 3],
          [1, 3],
          [1, 4],
          [0, 4],
        ],
        { shape_type: 'polygon' },
      ),
      shape(
        'plate',
        [
          [3, 2],
          [3, 3.2],
        ],
        { shape_type: 'circle' },
      ),
      shape('__ignore__', [
        [0, 0],
        [6, 0],
        [6, 4],
      ]),
      shape(
        'cup',
        [
          [0, 0],
          [6, 4],
        ],
        { shape_type: 'line' },
      ),
    ];
    await writeText(path.join(folder, 'one.json'), {
      imagePath: '..\\photos\\one.png',
      imageHeight: 4,
      imageWidth: 6,
      imageData: null,
      shapes,
    });
    t.equal(await recogniseFormat(folder), 'labelme');
    const source = await openAnnotations(folder);
    t.same(source.labels, ['cup', 'plate']);
    t.same(await drawnObjects(source.images[0]!), [
      ['cup', ['##....', '......', '......', '....##']],
      ['cup', ['......', '......', '......', '#.....']],
      ['plate', ['......', '..##..', '..##..', '......']],
    ]);
  },
);

t.test('VIA: regions as a list or an object, all shapes that cover pixels, labels of any attribute', async (t) => {
  const folder = t.testdir();
  await writePicture(path.join(folder, 'a.png'), 6, 4);
  const rect = {
    shape_attributes: { name: 'rect', x: 0, y: 0, width: 2, height: 2 },
    region_attributes: { kind: 'dog', name: 'Rex' },
  };
  const polygon = {
    shape_attributes: { name: 'polygon', all_points_x: [4, 6, 6, 4], all_points_y: [2, 2, 4, 4] },
    region_attributes: { kind: { cat: true } },
  };
  const point = { shape_attributes: { name: 'point', cx: 1, cy: 1 }, region_attributes: { kind: 'cat' } };
  const project = {
    _via_settings: {},
    _via_img_metadata: { 'a.png12': { filename: 'a.png', regions: [rect, polygon, point] } },
  };
  const file = await writeText(path.join(folder, 'project.json'), project);
  t.equal(await recogniseFormat(file), 'via');
  const [image] = (await openAnnotations(file, { attribute: 'kind' })).images;
  const expected = [
    ['dog', ['##....', '##....', '......', '......']],
    ['cat', ['......', '......', '....##', '....##']],
  ];
  t.same(await drawnObjects(image!), expected);
  const old = await writeText(path.join(folder, 'old.json'), {
    'a.png12': { filename: 'a.png', regions: { 0: rect, 1: polygon } },
  });
  const source = await openAnnotations(old, { format: 'via' });
  t.same(
    (await drawnObjects(source.images[0]!)).map(([label]) => label),
    ['Rex', 'cat'],
    'the name, or the only attribute',
  );
});

t.test('VIA 3: the regions of a project, by the views of its images, labelled by texts and options', async (t) => {
  const folder = t.testdir();
  for (const name of ['a.png', 'b.png']) await writePicture(path.join(folder, name), 8, 6);
  const region = (vid: string, xy: number[], av: object, z: number[] = []) => ({ vid, flg: 0, z, xy, av });
  const project = {
    project: { pid: '__VIA_PROJECT_ID__', data_format_version: '3.1.1', vid_list: ['1', '2', '3', '4'] },
    config: {},
    attribute: {
      1: { aname: 'kind', anchor_id: 'FILE1_Z0_XY1', type: 4, options: { 0: 'sheep', 1: 'goat' } },
      2: { aname: 'note', anchor_id: 'FILE1_Z0_XY1', type: 1, options: {} },
    },
    file: {
      1: { fid: '1', fname: 'a.png', type: 2, loc: 1, src: '' },
      2: { fid: '2', fname: 'b.png', type: 2, loc: 1, src: '' },
      3: { fid: '3', fname: 'c.mp4', type: 4, loc: 1, src: '' },
    },
    view: { 1: { fid_list: ['1'] }, 2: { fid_list: ['2'] }, 3: { fid_list: ['3'] }, 4: { fid_list: ['1', '2'] } },
    metadata: {
      whole: region('1', [], { 2: 'a fine day' }),
      rectangle: region('1', [2, 1, 1, 3, 2], { 1: '0', 2: 'old' }),
      polygon: region('2', [7, 4, 2, 8, 2, 8, 4, 4, 4], { 1: '1,0' }),
      point: region('2', [1, 3, 3], { 1: '0' }),
      frame: region('3', [2, 0, 0, 4, 4], { 1: '0' }, [1.5]),
      extremes: region('2', [8, 0, 1, 1, 0, 2, 1, 1, 2], { 1: '0' }),
      circle: region('2', [9, 2, 6, 0, 4, 2, 2], { 1: '1' }),
    },
  };
  const file = await writeText(path.join(folder, 'via_project.json'), project);
  t.equal(await recogniseFormat(file), 'via');
  const { images, labels, remarks } = await openAnnotations(file, { attribute: 'kind' });
  t.same(labels, ['sheep', 'goat']);
  t.match(remarks, [/2 of its views show a video, a sound or several files/]);
  t.same(
    images.map(({ name }) => name),
    ['a.png', 'b.png'],
  );
  t.same(await drawnObjects(images[0]!), [
    ['sheep', ['........', '.###....', '.###....', '........', '........', '........']],
  ]);
  t.same(await drawnObjects(images[1]!), [
    ['goat', ['........', '........', '....####', '....####', '........', '........']],
    ['sheep', ['##......', '##......', '........', '........', '........', '........']],
    ['goat', ['........', '........', '.##.....', '####....', '####....', '.##.....']],
  ]);
  const video = { ...project, project: { vid_list: ['3'] } };
  await t.rejects(openAnnotations(await writeText(file, video)), {
    message: /via_project\.json has no view of a single image: annotate images, not videos or pairs\.$/,
  });
});

t.test(
  'YOLO: classes by number, splits by data.yaml even if it points out of its folder; boxes have no outline',
  async (t) => {
    const folder = t.testdir();
    for (const name of ['train/images/a.png', 'valid/images/b.png']) await writePicture(path.join(folder, name), 8, 4);
    await writeText(
      path.join(folder, 'data.yaml'),
      'train: ../train/images\nval: ../valid/images\nnames:\n  0: cat\n  1: dog\n',
    );
    await writeText(path.join(folder, 'train/labels/a.txt'), '1 0 0 0.5 0 0.5 0.5 0 0.5\n0 0.5 0.5 0.2 0.2\n');
    t.equal(await recogniseFormat(folder), 'yolo');
    const { images, labels } = await openAnnotations(folder);
    t.same(labels, ['cat', 'dog']);
    t.same(
      images.map(({ name, split }) => [name, split]),
      [
        ['train/images/a.png', 'train'],
        ['valid/images/b.png', 'test'],
      ],
    );
    t.same(await drawnObjects(images[0]!), [['dog', ['####....', '####....', '........', '........']]]);
    t.same(await drawnObjects(images[1]!), [], 'an image without a label file has no object');
    await writeText(path.join(folder, 'train/labels/a.txt'), '1 0 0 0.5 zero 0.5 0.5\n');
    await t.rejects(drawnObjects(images[0]!), {
      name: 'UserError',
      message: /a\.txt: line 1 cannot be read \(zero is no share/,
    });
  },
);

t.test('VOC: the class that most pixels of an object have; 255 is no object', async (t) => {
  const folder = t.testdir();
  await writePicture(path.join(folder, 'JPEGImages/a.jpg'), 4, 2);
  const write = async (kind: string, indices: number[]) => {
    await writeText(path.join(folder, `Segmentation${kind}/a.png`), '');
    await writeFile(path.join(folder, `Segmentation${kind}/a.png`), indexedPng(4, 2, indices));
  };
  await write('Class', [17, 17, 255, 10, 17, 0, 255, 10]);
  await write('Object', [1, 1, 255, 2, 1, 0, 255, 2]);
  await writeText(path.join(folder, 'ImageSets/Segmentation/val.txt'), 'a\n');
  t.equal(await recogniseFormat(folder), 'voc');
  const [image] = (await openAnnotations(folder)).images;
  t.equal(image?.split, 'test');
  t.same(await drawnObjects(image!), [
    ['sheep', ['##..', '#...']],
    ['cow', ['...#', '...#']],
  ]);
});

t.test('CCP: labels of a MATLAB file, column by column', async (t) => {
  const folder = t.testdir();
  await writePicture(path.join(folder, 'photos/0001.jpg'), 3, 2);
  await writeText(path.join(folder, 'annotations/pixel-level/0001.mat'), '');
  const truth = matFile({ groundtruth: Uint8Array.of(1, 0, 2, 2, 0, 1) }, 2);
  await writeFile(path.join(folder, 'annotations/pixel-level/0001.mat'), truth);
  await writeFile(path.join(folder, 'label_list.mat'), matFile({ label_list: ['null', 'hair', 'skin'] }));
  t.equal(await recogniseFormat(folder), 'ccp');
  const { images, labels } = await openAnnotations(folder);
  t.same(labels, ['null', 'hair', 'skin']);
  t.same(await drawnObjects(images[0]!), [
    ['hair', ['#..', '..#']],
    ['skin', ['.#.', '.#.']],
  ]);
  await writeFile(path.join(folder, 'annotations/pixel-level/0001.mat'), truth.subarray(0, truth.length - 8));
  await t.rejects(drawnObjects(images[0]!), { name: 'UserError', message: /0001\.mat is damaged or cut short/ });
});

t.test('MHP: each person, and each part of one, is an object', async (t) => {
  const folder = t.testdir();
  await writePicture(path.join(folder, 'images/0001.jpg'), 3, 2);
  await writePixels(path.join(folder, 'annotations/0001_02_01.png'), 3, 2, [2, 0, 0, 11, 0, 0]);
  await writePixels(path.join(folder, 'annotations/0001_02_02.png'), 3, 2, [
    0,
    0,
    0,
    0,
    0,
    0,
    2,
    2,
    2,
    ...Array(9).fill(0),
  ]);
  await writeText(path.join(folder, 'train_list.txt'), '0001.jpg\n');
  t.equal(await recogniseFormat(folder), 'mhp');
  const [image] = (await openAnnotations(folder)).images;
  t.equal(image?.split, 'train');
  t.same(await drawnObjects(image!), [
    ['person', ['#..', '#..']],
    ['hair', ['#..', '...']],
    ['face', ['...', '#..']],
    ['person', ['..#', '...']],
    ['hair', ['..#', '...']],
  ]);
});

t.test('MHP 2: its folders are the splits, and the first channel holds the label', async (t) => {
  const folder = t.testdir({ list: { 'train.txt': '7\n', 'val.txt': '8\n' } });
  for (const [split, name] of [
    ['train', '7'],
    ['val', '8'],
  ] as const) {
    await writePicture(path.join(folder, split, 'images', `${name}.jpg`), 3, 1);
    const pixels = [58, 1, 2, 0, 0, 0, 3, 0, 0];
    await writePixels(path.join(folder, split, 'parsing_annos', `${name}_01_01.png`), 3, 1, pixels);
  }
  t.equal(await recogniseFormat(folder), 'mhp');
  const { images, labels } = await openAnnotations(folder);
  t.equal(labels?.length, 59, '58 parts and the person');
  t.same(
    images.map(({ name, split }) => [name, split]),
    [
      ['7.jpg', 'train'],
      ['8.jpg', 'test'],
    ],
  );
  t.same(await drawnObjects(images[0]!), [
    ['person', ['#.#']],
    ['other-lower-body-clothes', ['#..']],
    ['face', ['..#']],
  ]);
  t.equal(await recogniseFormat(path.join(folder, 'train')), 'mhp');
  t.equal((await openAnnotations(path.join(folder, 'train'))).images[0]?.split, null);
  await t.rejects(openAnnotations(t.testdir(), { format: 'mhp' }), {
    message: /has no folder annotations, nor train\/parsing_annos: give the folder of LV-MHP-v1 or LV-MHP-v2\.$/,
  });
});

t.test('masks: a colour is an object, and a file of classes names it', async (t) => {
  const folder = t.testdir();
  await writePicture(path.join(folder, 'images/a.jpg'), 3, 1);
  await writePixels(path.join(folder, 'masks/a_mask.png'), 3, 1, [255, 0, 0, 0, 0, 0, 0, 0, 255]);
  await writePixels(path.join(folder, 'masks/none.png'), 3, 1, [0, 0, 0]);
  const classes = await writeText(path.join(folder, 'classes.csv'), 'name,r,g,b\nsheep,255,0,0\n');
  t.equal(await recogniseFormat(folder), 'masks');
  const { images, remarks } = await openAnnotations(folder, { classes });
  t.same(await drawnObjects(images[0]!), [
    ['sheep', ['#..']],
    ['#0000ff', ['..#']],
  ]);
  t.match(remarks, [/none\.png belongs to no image/]);
});

t.test('names that lead out of the folder of images are not followed', async (t) => {
  const folder = t.testdir({ set: {}, 'secret.png': 'x' });
  const file = await writeText(path.join(folder, 'set/c.json'), {
    images: ['../secret.png', path.join(folder, 'secret.png'), 'C:\\secret.png', 'a\0.png'].map((file_name, id) => ({
      id,
      file_name,
    })),
    annotations: [],
  });
  for (const image of (await openAnnotations(file, { format: 'coco' })).images) {
    await t.rejects(image.locate(), { name: 'UserError', message: /c\.json names / }, image.name);
  }
});

t.test('a path that is no annotation is told so', async (t) => {
  const folder = t.testdir({ empty: {}, 'list.json': '[1, 2' });
  await t.rejects(recogniseFormat(path.join(folder, 'empty')), {
    name: 'UserError',
    message: /looks like no known format: name it/,
  });
  await t.rejects(recogniseFormat(path.join(folder, 'none')), {
    name: 'UserError',
    message: /^There is no file or folder /,
  });
  for (const format of ['coco', 'via', 'labelme'] as const) {
    await t.rejects(openAnnotations(path.join(folder, 'list.json'), { format }), {
      name: 'UserError',
      message: /list\.json/,
    });
  }
});
