import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawDataset } from '@instagan/datasets';
import { shippedModels } from '@instagan/models';
import t from 'tap';
import { runCli, temporaryFolder } from '../helpers/cli-process.ts';

const RUN = fileURLToPath(new URL('../fixtures/old-run/run', import.meta.url));
const cwd = await temporaryFolder(t);
const run = (line: string) => runCli(line.split(' '), cwd);

t.test('models are listed, and each is known in full', async (t) => {
  const [list, one, json, none] = await Promise.all([
    run('models'),
    run('models meadow/sheep'),
    run('models --json'),
    run('models cow'),
  ]);
  t.match(list?.stdout, /^name +objects +size +what it does\nmeadow +A: sheep, B: giraffes +\d+x\d+ +turns /);
  t.match(
    one?.stdout,
    /\ntrained +\d+ steps, [\d.]+ h on .*\n(.*\n)+made by\n +instagan dataset draw .*\n(.*\n)+SHA-256\n +[0-9a-f]{64} /,
  );
  t.same(JSON.parse(json?.stdout ?? '').models, shippedModels());
  t.equal(none?.code, 2);
  t.match(none?.stderr, /^instagan: There is no model cow: give one of meadow, meadow\/giraffes, meadow\/sheep\./);
});

t.test('a name stands for the folder of a model, unless a run has that name', async (t) => {
  await drawDataset({ output: path.join(cwd, 'set'), count: 1, testCount: 1, seed: 4, height: 96, width: 96 });
  const line =
    'translate --run meadow --segmenter meadow/sheep --input set/testA --output out --backend wasm --threads 1';
  const shipped = await run(line);
  t.equal(shipped.code, 0, shipped.stderr);
  t.match(shipped.stdout, /\nmeadow at step \d+, AtoB, on wasm/);
  t.match(shipped.stdout, /1 image translated into out/);
  const translated = await readFile(path.join(cwd, 'out/sheep-00001.png'));
  t.notSame(translated, await readFile(path.join(cwd, 'set/testA/sheep-00001.png')));

  await cp(RUN, path.join(cwd, 'meadow'), { recursive: true });
  const own = await run(`${line} --overwrite`);
  t.match(own.stdout, /^(.*\n)?meadow at step 3, AtoB/, own.stderr);
});
