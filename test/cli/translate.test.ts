import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatLike, readImage, readMask, writeImage, writeMask } from '@instagan/datasets';
import sharp from 'sharp';
import t, { type Test } from 'tap';
import { callCli } from '../helpers/cli-in-process.ts';
import { runCli, temporaryFolder } from '../helpers/cli-process.ts';

const weights = fileURLToPath(new URL('../fixtures/parity/authors/', import.meta.url));
const cwd = await temporaryFolder(t);
const at = (...parts: string[]) => path.join(cwd, ...parts);
/** What is in a folder beside the record of what was written. */
const namesIn = async (folder: string) => (await readdir(at(folder))).filter((name) => !name.startsWith('.'));

const imported = await callCli(
  ['A', 'B']
    .flatMap((side) => [
      [`--generator-${side.toLowerCase()}`, path.join(weights, `step_net_G_${side}.pth`)],
      [`--discriminator-${side.toLowerCase()}`, path.join(weights, `step_net_D_${side}.pth`)],
    ])
    .reduce((all, pair) => all.concat(pair), ['import', '--run', 'model', '--json']),
  cwd,
);

/** An image of noise and masks of squares in a row. */
async function writeInput(folder: string, name: string, size: { width: number; height: number }, squares: number) {
  const { width, height } = size;
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 97 + (i % 31) * 11) % 256);
  await writeImage(at(folder, `${name}.png`), { width, height, data });
  for (let n = 0; n < squares; n++) {
    const mask = Uint8Array.from({ length: width * height }, (_, i) => {
      const x = (i % width) - 2 - 9 * n;
      const y = Math.floor(i / width) - 4;
      return x >= 0 && x < 7 - n && y >= 0 && y < 9 ? 255 : 0;
    });
    await writeMask(at(`${folder}_seg`, `${name}_${n}.png`), { width, height, data: mask });
  }
}

await writeInput('photos', 'odd', { width: 53, height: 37 }, 3);
await writeInput('photos', 'tiny', { width: 17, height: 21 }, 1);
await writeInput('photos', 'bare', { width: 24, height: 24 }, 0);

t.test("import makes a run of the authors' files", async (t) => {
  t.equal(imported.code, 0, imported.stderr);
  t.match(JSON.parse(imported.stdout), { run: 'model', ngf: 4, ndf: 4, blocks: 9 });
  const again = await callCli(
    ['import', '--run', 'model'].concat([
      '--generator-a',
      path.join(weights, 'step_net_G_A.pth'),
      '--generator-b',
      path.join(weights, 'step_net_G_B.pth'),
    ]),
    cwd,
  );
  t.equal(again.code, 2, 'a run is not overwritten');
});

t.test('instances are translated as many at once as is asked for, and a model without instances refuses', async (t) => {
  const line = 'translate --run model --input photos/odd.png --masks photos_seg --backend wasm --threads 1';
  const translated = async (output: string, ...options: string[]) => {
    const { code, stderr } = await callCli([...line.split(' '), '--output', output, ...options], cwd);
    t.equal(code, 0, stderr);
    return (await readImage(at(output))).data;
  };
  const asTrained = await translated('chunks/two.png');
  t.same(await translated('chunks/also-two.png', '--instances-per-chunk', '2'), asTrained);
  t.notSame(await translated('chunks/one.png', '--instances-per-chunk', '1'), asTrained);
  await mkdir(at('baseline'));
  await writeFile(at('baseline/config.json'), JSON.stringify({ model: 'cyclegan' }));
  for (const command of ['translate --masks photos_seg', 'video']) {
    const words = `${command} --run baseline --input photos/odd.png --output none --instances-per-chunk 1`.split(' ');
    const { code, stderr } = await callCli(words, cwd);
    t.equal(code, 2);
    t.match(
      stderr,
      /^instagan: baseline is a cyclegan, which does not tell instances apart: leave --instances-per-chunk out\.$/m,
    );
  }
});

t.test('a folder is translated at any size, with its masks; what has no mask is kept and counted', async (t) => {
  const args = 'translate --run model --input photos --output out --backend wasm --threads 1 --sheet sheet.png'.split(
    ' ',
  );
  const { code, stdout, stderr } = await runCli(args, cwd);
  t.equal(code, 0, stderr);
  t.match(stdout, /Masks from .*photos_seg/);
  t.match(stderr, /bare\.png has no mask and is copied unchanged/);
  t.match(stdout, '2 images translated into out');
  t.match(stdout, '1 image copied unchanged');
  t.same((await namesIn('out')).sort(), ['bare.png', 'odd.png', 'tiny.png']);
  t.same((await namesIn('out_seg')).sort(), ['odd_0.png', 'odd_1.png', 'odd_2.png', 'tiny_0.png']);
  for (const [name, width, height] of [
    ['odd', 53, 37],
    ['tiny', 17, 21],
  ] as const) {
    const before = await readImage(at('photos', `${name}.png`));
    const after = await readImage(at('out', `${name}.png`));
    t.match(after, { width, height }, `${name} keeps its size`);
    t.notSame(after.data, before.data, `${name} has changed`);
    t.match(await readMask(at('out_seg', `${name}_0.png`)), { width, height }, `the mask of ${name} has its size`);
  }
  t.same(await readImage(at('out', 'bare.png')), await readImage(at('photos', 'bare.png')), 'no pixel was touched');
  t.equal((await readImage(at('sheet.png'))).width, 5 * 53 + 6 * 4, 'the sheet has five columns');
});

t.test('of a large image only the objects and their rims change, unless the whole of it is asked for', async (t) => {
  const [width, height] = [500, 420];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 97 + (i % 31) * 11) % 256);
  await writeImage(at('large', 'photo.png'), { width, height, data });
  const isObject = (i: number) => i % width >= 230 && i % width < 270 && Math.abs(Math.floor(i / width) - 200) < 20;
  const mask = Uint8Array.from({ length: width * height }, (_, i) => (isObject(i) ? 255 : 0));
  await writeMask(at('large_seg', 'photo_0.png'), { width, height, data: mask });
  const args = 'translate --run model --input large --rim 3 --backend wasm --threads 1 --output'.split(' ');
  const { code, stderr } = await callCli([...args, 'kept'], cwd);
  t.equal(code, 0, stderr);
  const after = (await readImage(at('kept', 'photo.png'))).data;
  const translated = (await readMask(at('kept_seg', 'photo_0.png'))).data;
  const near = new Uint8Array(width * height);
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0 && translated[i] === 0) continue;
    for (let dy = -3; dy <= 3; dy++) near.fill(1, i + dy * width - 3, i + dy * width + 4);
  }
  const touched = near.filter((value, i) => value === 0 && [0, 1, 2].some((c) => after[3 * i + c] !== data[3 * i + c]));
  t.equal(touched.length, 0, 'not a byte of the background');
  t.ok(
    near.some((value, i) => value === 0 && mask[i] === 0),
    'there is a background',
  );
  t.ok(
    mask.some((value, i) => value === 255 && after[3 * i] !== data[3 * i]),
    'the object has changed',
  );
});

t.test('--format same gives a file back in its format', async (t) => {
  const size = { width: 40, height: 30 };
  await writeImage(at('mixed', 'one.jpg'), { ...size, data: new Uint8Array(40 * 30 * 3).fill(90) });
  const mask = Uint8Array.from({ length: 40 * 30 }, (_, i) => (i % 40 < 20 ? 255 : 0));
  await writeMask(at('mixed_seg', 'one_0.png'), { ...size, data: mask });
  const args =
    'translate --run model --input mixed --output formats --backend wasm --threads 1 --format same --quality 60';
  const { code, stderr } = await callCli(args.split(' '), cwd);
  t.equal(code, 0, stderr);
  t.same(await namesIn('formats'), ['one.jpg']);
  t.equal(await formatLike(at('formats', 'one.jpg')), 'jpeg');
});

t.test('what the tool did not write, or somebody has corrected, is not replaced unasked', async (t) => {
  const args =
    'translate --run model --input photos/tiny.png --output mine --save-masks used --backend wasm --threads 1'.split(
      ' ',
    );
  t.equal((await callCli(args, cwd)).code, 0);
  t.equal((await callCli(args, cwd)).code, 0, 'its own outputs are replaced');
  const { width, height } = await readMask(at('used', 'tiny_0.png'));
  for (const [file, option] of [
    ['used/tiny_0.png', '--save-masks'],
    ['mine_seg/tiny_7.png', '--output'],
  ] as const) {
    await writeMask(at(file), { width, height, data: new Uint8Array(width * height).fill(255) });
    const refused = await callCli(args, cwd);
    t.equal(refused.code, 2);
    t.match(
      refused.stderr,
      new RegExp(`${path.basename(file)} would be replaced.*choose another ${option}, or add --overwrite`),
    );
    t.ok(
      (await readMask(at(file))).data.every((byte) => byte === 255),
      'it is as it was',
    );
    const asked = await callCli([...args, '--overwrite'], cwd);
    t.equal(asked.code, 0, asked.stderr);
  }
  t.notOk((await namesIn('mine_seg')).includes('tiny_7.png'), 'with --overwrite it goes');
});

t.test('--instances changes the chosen objects alone; --json tells what was done', async (t) => {
  const args =
    'translate --run model --input photos/odd.png --output one --instances 1 --backend wasm --threads 1 --json';
  const { code, stdout, stderr } = await callCli(args.split(' '), cwd);
  t.equal(code, 0, stderr);
  const report = JSON.parse(stdout);
  t.match(report, { run: 'model', step: 0, direction: 'AtoB', failed: [], images: [{ name: 'odd', translated: [1] }] });
  t.same(
    report.images[0].masks,
    [0, 1, 2].map((n) => path.join('one_seg', `odd_${n}.png`)),
  );
  for (const n of [0, 2]) {
    const [before, after] = [
      await readMask(at('photos_seg', `odd_${n}.png`)),
      await readMask(at('one_seg', `odd_${n}.png`)),
    ];
    t.same(after.data, before.data, `mask ${n} stays`);
  }
});

t.test('a second translation into the same folder leaves no mask of the first', async (t) => {
  await mkdir(at('two_seg'));
  for (const n of [0, 1]) await copyFile(at('photos_seg', `odd_${n}.png`), at('two_seg', `odd_${n}.png`));
  const args = 'translate --run model --input photos/odd.png --output one --direction BtoA --size 20x24 --backend cpu';
  const { code, stderr } = await callCli([...args.split(' '), '--masks', at('two_seg')], cwd);
  t.equal(code, 0, stderr);
  t.same((await namesIn('one_seg')).sort(), ['odd_0.png', 'odd_1.png']);
  t.match(await readImage(at('one', 'odd.png')), { height: 20, width: 24 }, '--size is height x width');
});

t.test('what is read is never overwritten, and missing masks or instances are said at once', async (t) => {
  await mkdir(at('lone'));
  await writeInput('lone', 'a', { width: 20, height: 20 }, 0);
  const [own, masks, none, absent] = await Promise.all(
    [
      'translate --run model --input photos --output photos/',
      'translate --run model --input photos --masks out_seg --output out',
      'translate --run model --input lone --output x',
      'translate --run model --input photos --output x --instances 5',
    ].map((args) => callCli(args.split(' '), cwd)),
  );
  t.match(own, { code: 2, stderr: /would write into photos, which is read/ });
  t.match(masks, { code: 2, stderr: /would write into out_seg, which is read/ });
  t.match(none, { code: 2, stderr: /give --masks DIR/ });
  t.match(absent, { code: 1, stderr: /the masks have numbers up to 2/ });
  t.notOk(existsSync(at('x')), 'nothing was written');
});

t.test('an image that cannot be read does not stop the others, but fails the command', async (t) => {
  await writeInput('mixed', 'good', { width: 20, height: 16 }, 1);
  await writeFile(at('mixed', 'broken.png'), 'no picture');
  const { code, stdout, stderr } = await callCli(
    'translate --run model --input mixed --output fixed --backend cpu --json'.split(' '),
    cwd,
  );
  t.equal(code, 1);
  t.match(stderr, /^instagan: Cannot read mixed.broken\.png/);
  t.match(JSON.parse(stdout), { images: [{ name: 'good' }], failed: [{ name: 'broken' }] });
});

const parity = [process.env.PARITY_DIR, path.join(process.env.INSTAGAN_SHARED ?? '../shared', 'parity')]
  .map((folder) => path.resolve(folder ?? '', 'translate'))
  .find((folder) => existsSync(path.join(folder, 'expected')));
const skip = parity === undefined && 'no parity/translate: set INSTAGAN_SHARED to the folder that holds parity/';

t.test("import and translate give what the authors' code gives", { skip }, async (t) => {
  const from = parity as string;
  const made = await callCli(
    ['import', '--run', 'authors', '--generator-a', path.join(from, 'latest_net_G_A.pth')].concat([
      '--generator-b',
      path.join(from, 'latest_net_G_B.pth'),
    ]),
    cwd,
  );
  t.equal(made.code, 0, made.stderr);
  // As the paper does it.
  const args =
    'translate --run authors --output parity --backend wasm --threads 1 --region image --background translated'.split(
      ' ',
    );
  const places = ['--input', path.join(from, 'images'), '--masks', path.join(from, 'masks')];
  const translated = await callCli([...args, ...places], cwd);
  t.equal(translated.code, 0, translated.stderr);
  const names = (await readdir(path.join(from, 'images'))).map((file) => path.parse(file).name);
  const expectedNames = (await readdir(path.join(from, 'expected'))).map((file) => path.parse(file).name);
  t.same(names.flatMap((name) => [name, `${name}_mask`]).sort(), expectedNames.sort());
  for (const name of names) {
    const expected = await readImage(path.join(from, 'expected', `${name}.png`));
    const actual = await readImage(at('parity', `${name}.png`));
    checkDifference(t, `${name}.png`, actual.data, expected.data);
    const union = await readImage(path.join(from, 'expected', `${name}_mask.png`));
    const red = union.data.filter((_, i) => i % 3 === 0);
    checkDifference(t, `${name}_mask.png`, await sumOfMasks(at('parity_seg'), name), red);
  }
});

/** The authors' union of masks: their sum, cut at 255. */
async function sumOfMasks(folder: string, name: string): Promise<Uint8ClampedArray> {
  const files = (await readdir(folder)).filter((file) => file.startsWith(`${name}_`));
  const masks = await Promise.all(
    files.map((file) => sharp(path.join(folder, file)).toColourspace('b-w').raw().toBuffer()),
  );
  const first = masks[0] as Buffer;
  return Uint8ClampedArray.from(first, (_, i) => masks.reduce((sum, mask) => sum + (mask[i] as number), 0));
}

/** Of 255. */
const MEAN_LIMIT = 0.1;

function checkDifference(t: Test, what: string, actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  t.equal(actual.length, expected.length, `${what} has its size`);
  let largest = 0;
  let sum = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((actual[i] as number) - (expected[i] as number));
    largest = Math.max(largest, difference);
    sum += difference;
  }
  t.ok(largest <= 3, `${what}: largest difference ${largest} of 255`);
  t.ok(sum / expected.length <= MEAN_LIMIT, `${what}: mean difference ${sum / expected.length}`);
}
