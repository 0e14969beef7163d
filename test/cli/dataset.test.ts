import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import t from 'tap';
import { callCli } from '../helpers/cli-in-process.ts';
import { runCli, temporaryFolder } from '../helpers/cli-process.ts';
import { halvesIn, leaveHalf } from '../helpers/half-written.ts';

const cwd = await temporaryFolder(t);
const drawn = await runCli(
  'dataset draw --output meadow --count 3 --test-count 1 --seed 7 --size 40x48'.split(' '),
  cwd,
);

t.test('the sample set is drawn and has no faults', async (t) => {
  t.equal(drawn.code, 0, drawn.stderr);
  t.match(drawn.stdout, /8 images and \d+ masks drawn in meadow/);
  const { code, stdout, stderr } = await callCli('dataset check meadow --json'.split(' '), cwd);
  t.equal(code, 0, stderr);
  t.match(JSON.parse(stdout), {
    errors: 0,
    warnings: 0,
    faults: [],
    domains: [{ folder: 'trainA', images: 3, height: { min: 40, max: 40 }, width: { max: 48 } }],
  });
});

t.test('a drawn set is replaced by the next one', async (t) => {
  for (const count of [2, 1]) {
    const args = `dataset draw --output again --count ${count} --size 32x32 --json`;
    const { code, stdout, stderr } = await callCli(args.split(' '), cwd);
    t.equal(code, 0, stderr);
    t.match(JSON.parse(stdout), { output: 'again', seed: 0, images: 2 * count + 2 });
    t.equal((await readdir(path.join(cwd, 'again', 'trainA'))).length, count);
  }
});

t.test('dataset check lists every fault with its file and exits with 1', async (t) => {
  const trainA = path.join(cwd, 'meadow', 'trainA');
  const [first, second] = (await readdir(trainA)).sort() as [string, string];
  const name = path.parse(second).name;
  await writeFile(path.join(trainA, first), 'no picture');
  const masks = (await readdir(`${trainA}_seg`)).filter((file) => file.startsWith(`${name}_`));
  for (const mask of masks) await rm(path.join(`${trainA}_seg`, mask));

  const [text, json] = await Promise.all([
    callCli('dataset check meadow'.split(' '), cwd),
    callCli('dataset check meadow --json'.split(' '), cwd),
  ]);
  t.equal(text.code, 1);
  t.match(text.stdout, /1 error \(training refuses the set\):\n.*Cannot read .*trainA/);
  t.match(text.stdout, /1 warning \(training goes on\):\n/);
  t.equal(json.code, 1);
  const files = JSON.parse(json.stdout).faults.map(({ file }: { file: string }) => file);
  t.same(files.sort(), [`trainA/${first}`, `trainA/${second}`]);

  const train = await callCli('train --data meadow --run run --backend cpu --size 32x32 --steps 1'.split(' '), cwd);
  t.equal(train.code, 1, 'train refuses the set');
  t.match(train.stderr, /^instagan: Cannot read .*trainA/);
});

t.test('a folder that was not drawn is left alone', async (t) => {
  const { code, stderr } = await callCli('dataset draw --output . --count 1'.split(' '), cwd);
  t.equal(code, 2);
  t.match(stderr, 'is not empty');
});

t.test('backends tells of each whether it opens, and the fix otherwise', async (t) => {
  const [text, json] = await Promise.all([runCli(['backends'], cwd), callCli(['backends', '--json'], cwd)]);
  t.equal(text.code, 0, text.stderr);
  t.equal(json.code, 0, json.stderr);
  const { backends } = JSON.parse(json.stdout) as { backends: { name: string; opens: boolean; fix?: string }[] };
  t.same(
    backends.map(({ name }) => name),
    ['webgpu', 'node-gpu', 'node', 'wasm', 'cpu'],
  );
  for (const { name, opens, fix } of backends) {
    t.match(text.stdout, new RegExp(`^${name} +${opens ? 'yes' : 'no'}`, 'm'));
    if (!opens) t.ok(text.stdout.includes(`${name}: ${fix}`), `${name} comes with its fix`);
  }
  t.match(
    backends.filter(({ name }) => name === 'wasm' || name === 'cpu'),
    [{ opens: true }, { opens: true }],
  );
});

t.test('annotations become a dataset, which a picture shows', async (t) => {
  const folder = path.join(cwd, 'annotated');
  await mkdir(folder);
  const picture = { create: { width: 64, height: 48, channels: 3, background: { r: 90, g: 120, b: 60 } } } as const;
  const names = ['one.png', 'two.png', 'three.png'];
  for (const name of names) await sharp(picture).toFile(path.join(folder, name));
  const shapes = ['sheep', 'goat'].map((label, i) => ({
    label,
    points: [
      [4 + 36 * i, 10],
      [20 + 36 * i, 30],
    ],
    shape_type: 'rectangle',
  }));
  for (const imagePath of names) {
    await writeFile(path.join(folder, `${imagePath}.json`), JSON.stringify({ imagePath, shapes }));
  }
  const built = await runCli('dataset convert annotated --a sheep --b goat --output pair --json'.split(' '), cwd);
  t.equal(built.code, 0, built.stderr);
  t.match(JSON.parse(built.stdout), {
    domains: [
      { domain: 'A', train: { images: 2, masks: 2 }, test: { images: 1 } },
      { domain: 'B', train: { images: 2, masks: 2 }, test: { images: 1 } },
    ],
    faultCount: 0,
  });
  await leaveHalf(path.join(cwd, 'pair-preview.png'));
  const preview = await runCli('dataset preview pair'.split(' '), cwd);
  t.equal(preview.code, 0, preview.stderr);
  t.match(preview.stdout, /trainA: 2 images of 2, row 1\n/);
  t.match(await sharp(path.join(cwd, 'pair-preview.png')).metadata(), { format: 'png', width: 2 * 224 + 12 });
  t.same(await halvesIn(cwd), []);
  for (const place of ['trainA', 'testB_seg']) {
    const among = await callCli(
      ['dataset', 'preview', 'pair', '--output', `pair/${place}/sheet.png`, '--overwrite'],
      cwd,
    );
    t.equal(among.code, 2);
    t.match(among.stderr, /sheet\.png would be taken for a part of the dataset in .*: choose another place\./);
  }
});
