import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readImage } from '@instagan/datasets';
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
    isSharded: false,
    ...more,
  };
}

t.test('for one image, an output that is named like an image is that file, with its masks beside it', async (t) => {
  for (const ending of ['jpg', 'PNG', 'webp']) {
    const plan = planIn(t, `made/result.${ending}`);
    const written = await (await openOutputFolder(plan)).write(image, [0]);
    t.equal(written.image, plan.output);
    t.match(await readImage(plan.output), { width: 2, height: 2 });
    t.same(written.masks, [path.join(path.dirname(plan.output), 'result_seg', 'result_0.png')]);
    t.ok(existsSync(written.masks[0] as string));
    await (await openOutputFolder(plan)).write(image, [0]);
    writeFileSync(plan.output, 'mine');
    await t.rejects(openOutputFolder(plan), { name: 'UsageError', message: /result.* would be replaced/ });
  }
});

t.test('for several images it is an error, and so is a kind that is not written', async (t) => {
  const several = { name: 'UsageError', message: /is named like an image, .* such as .*result\.$/ };
  await t.rejects(openOutputFolder(planIn(t, 'result.jpg', { names: ['a', 'b'] })), several);
  await t.rejects(openOutputFolder(planIn(t, 'result.jpg', { isSharded: true })), several);
  await t.rejects(openOutputFolder(planIn(t, 'result.tif')), {
    message: /give --output a file that ends in \.png, \.jpg/,
  });
  await t.rejects(openOutputFolder(planIn(t, 'photos/sheep.png')), { message: /is the image that is read/ });
});

t.test('other outputs are folders, also one that is there and named like an image', async (t) => {
  const plain = planIn(t, 'out');
  t.equal((await (await openOutputFolder(plain)).write(image, [1])).image, path.join(plain.output, 'sheep.png'));
  t.ok(existsSync(path.join(`${plain.output}_seg`, 'sheep_1.png')));
  const odd = planIn(t, 'odd.jpg');
  mkdirSync(odd.output);
  await (await openOutputFolder(odd)).write(image, []);
  t.ok(readdirSync(odd.output).includes('sheep.png'));
});
