import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { formatLike, type OriginalImage, readImage, writeImage } from '@instagan/datasets';
import t, { type Test } from 'tap';
import { type OutputPlan, openOutputFolder } from './output-folder.ts';

const image = { name: 'sheep', width: 2, height: 2, image: new Uint8Array(12).fill(200), masks: [new Uint8Array(4)] };

function planIn(t: Test, output: string, more: Partial<OutputPlan> = {}): OutputPlan {
  const root = t.testdir({ photos: { 'sheep.png': 'x' } });
  return {
    output: path.join(root, output),
    sheet: undefined,
    input: path.join(root, 'photos', 'sheep.png'),
    masksFolder: null,
    saveMasks: undefined,
    names: ['sheep'],
    overwrite: false,
    recursive: false,
    isSharded: false,
    ...more,
  };
}

/** The image that was translated, written where the plan reads it. */
async function originalOf({ input }: OutputPlan): Promise<OriginalImage> {
  await writeImage(input, { width: 2, height: 2, data: new Uint8Array(12).fill(90) });
  return { file: input, read: await readImage(input) };
}

t.test('for one image, an output that is named like an image is that file, with its masks beside it', async (t) => {
  for (const ending of ['jpg', 'PNG', 'webp']) {
    const plan = planIn(t, `made/result.${ending}`);
    const original = await originalOf(plan);
    const written = await (await openOutputFolder(plan)).write(image, [0], original);
    t.equal(written.image, plan.output);
    t.match(await readImage(plan.output), { width: 2, height: 2 });
    t.same(written.masks, [path.join(path.dirname(plan.output), 'result_seg', 'result_0.png')]);
    t.ok(existsSync(written.masks[0] as string));
    await (await openOutputFolder(plan)).write(image, [0], original);
    writeFileSync(plan.output, 'mine');
    await t.rejects(openOutputFolder(plan), { name: 'UsageError', message: /result.* would be replaced/ });
  }
});

t.test('for several images it is an error, and so is a kind that is not written', async (t) => {
  const several = { name: 'UsageError', message: /is named like an image, .* such as .*result\.$/ };
  await t.rejects(openOutputFolder(planIn(t, 'result.jpg', { names: ['a', 'b'] })), several);
  await t.rejects(openOutputFolder(planIn(t, 'result.jpg', { isSharded: true })), several);
  await t.rejects(openOutputFolder(planIn(t, 'result.gif')), {
    message: /give --output a file that ends in \.png, \.jpg/,
  });
  await t.rejects(openOutputFolder(planIn(t, 'photos/sheep.png')), { message: /is the image that is read/ });
});

t.test('other outputs are folders, also one that is there and named like an image', async (t) => {
  const plain = planIn(t, 'out');
  const written = await (await openOutputFolder(plain)).write(image, [1], await originalOf(plain));
  t.equal(written.image, path.join(plain.output, 'sheep.png'));
  t.ok(existsSync(path.join(`${plain.output}_seg`, 'sheep_1.png')));
  const odd = planIn(t, 'odd.jpg');
  mkdirSync(odd.output);
  await (await openOutputFolder(odd)).write(image, [], await originalOf(odd));
  t.ok(readdirSync(odd.output).includes('sheep.png'));
});

t.test("a format may be asked for; what an earlier one left is taken away, what is not the tool's stays", async (t) => {
  const plan = planIn(t, 'out', { input: path.join(t.testdir({ photos: {} }), 'photos', 'sheep.jpg') });
  const original = await originalOf(plan);
  const images = () => readdirSync(plan.output).filter((name) => !name.startsWith('.'));
  for (const [format, name] of [
    [undefined, 'sheep.png'],
    ['same', 'sheep.jpg'],
    ['avif', 'sheep.avif'],
  ] as const) {
    const open = openOutputFolder({ ...plan, ...(format === undefined ? {} : { format }) });
    const { image: file } = await (await open).write(image, [], original);
    t.same(images(), [name]);
    t.equal(await formatLike(file), format === 'same' ? 'jpeg' : (format ?? 'png'));
  }
  writeFileSync(path.join(plan.output, 'sheep.webp'), 'mine');
  await t.rejects(openOutputFolder(plan), { name: 'UsageError', message: /sheep\.webp would be replaced/ });
  t.ok(images().includes('sheep.webp'));
});

t.test('a quality without loss and a name against the format are errors', async (t) => {
  const message = /images are written as png: leave --quality out/;
  await t.rejects(openOutputFolder(planIn(t, 'out', { quality: 80 })), { name: 'UsageError', message });
  await openOutputFolder(planIn(t, 'result.jpg', { quality: 80 }));
  const odd = planIn(t, 'result.jpg', { format: 'webp' });
  await t.rejects(openOutputFolder(odd), { name: 'UsageError', message: /named like jpeg, and --format is webp/ });
});

t.test('translations do not go among the images of a dataset', async (t) => {
  const plan = planIn(t, 'set/trainB');
  mkdirSync(plan.output, { recursive: true });
  writeFileSync(path.join(plan.output, 'giraffe.jpg'), 'mine');
  await t.rejects(openOutputFolder(plan), {
    name: 'UsageError',
    message: /trainB is a dataset's, and holds giraffe\.jpg/,
  });
  await t.resolves(openOutputFolder({ ...plan, overwrite: true }));
  const fresh = planIn(t, 'new/testA');
  await (await openOutputFolder(fresh)).write(image, [0], await originalOf(fresh));
  await t.resolves(openOutputFolder(fresh), 'what it wrote itself is no dataset');
});

t.test('with recursive, each folder below has its own files, masks and record', async (t) => {
  const plan = planIn(t, 'made', { names: ['day1/one', 'day2/one'], recursive: true });
  const original = await originalOf(plan);
  const below = { ...plan, input: path.dirname(plan.input) };
  const { image: file, masks } = await (await openOutputFolder(below)).write(
    { ...image, name: 'day1/one' },
    [0],
    original,
  );
  t.equal(file, path.join(plan.output, 'day1', 'one.png'));
  t.same(masks, [path.join(`${plan.output}_seg`, 'day1', 'one_0.png')]);
  await openOutputFolder(below);
  writeFileSync(file, 'mine');
  await t.rejects(openOutputFolder(below), { message: /day1.one\.png would be replaced/ });
  await t.rejects(openOutputFolder({ ...below, output: path.join(below.input, 'made') }), {
    message: /--output would write into .*photos, which is read/,
  });
});
