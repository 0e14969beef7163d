import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { callCli } from '../helpers/cli-in-process.ts';
import { temporaryFolder } from '../helpers/cli-process.ts';

const cwd = await temporaryFolder(t);

async function run(line: string): Promise<void> {
  const { code, stderr } = await callCli(line.split(' '), cwd);
  t.equal(code, 0, stderr);
}

async function checkpoint(name: string, step: number): Promise<Record<string, string>> {
  const folder = path.join(cwd, name, 'checkpoints', `step-${String(step).padStart(8, '0')}`);
  const files = (await readdir(folder)).sort();
  t.ok(files.includes('model.safetensors') && files.includes('optimizer.safetensors'));
  const contents = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'base64')));
  return Object.fromEntries(files.map((file, i) => [file, contents[i] as string]));
}

await run('dataset draw --output set --count 3 --size 40x40');
const PLACE = '--data set --backend wasm --threads 1 --ui plain --steps 3';

t.test('the config.json of a run repeats it elsewhere, bit for bit', async (t) => {
  const settings = '--size 32x32 --ngf 3 --ndf 2 --blocks 1 --seed 11 --max-instances 2 --learning-rate 3e-4,1e-4';
  await run(`train --run first ${PLACE} ${settings} --schedule 1+1 --ema 0.9`);
  await run(`train --run again ${PLACE} --config first/config.json`);
  t.same(await checkpoint('again', 3), await checkpoint('first', 3));
  t.equal(
    await readFile(path.join(cwd, 'again/config.json'), 'utf8'),
    await readFile(path.join(cwd, 'first/config.json'), 'utf8'),
  );
  await run(`train --run other ${PLACE} --config first/config.json --seed 12`);
  t.not((await checkpoint('other', 3))['model.safetensors'], (await checkpoint('first', 3))['model.safetensors']);
});

t.test('the config.json of a segmenter repeats its training, bit for bit', async (t) => {
  const settings = '--size 32x32 --ngf 2 --ndf 2 --levels 3 --seed 11';
  await run(`segmenter train --domain A --run segmenter ${PLACE} ${settings}`);
  await run(`segmenter train --domain A --run segmenter-again ${PLACE} --config segmenter/config.json`);
  t.same(await checkpoint('segmenter-again', 3), await checkpoint('segmenter', 3));
});
