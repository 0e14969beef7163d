import { existsSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { callCli } from '../helpers/cli-in-process.ts';
import { runCli, temporaryFolder, withOptions } from '../helpers/cli-process.ts';

t.setTimeout(120_000);

const SMALL = '--size 64x64 --ngf 4 --ndf 4 --blocks 1 --max-instances 2 --backend wasm --threads 1';

t.test('a dry run tells what a training needs, without data and without leaving a run', async (t) => {
  const folder = await temporaryFolder(t);
  const line = `train --data nowhere --run run --dry-run ${SMALL}`.split(' ');
  const plain = await callCli(line, folder);
  t.equal(plain.code, 0, 'exit code', { output: plain.stderr });
  t.match(plain.stdout, /^memory +about \d+ MiB of RAM, .* are free; \d+ MiB of the wasm heap, which has 4.0 GiB$/m);
  const json = await callCli([...line, '--ui', 'json'], folder);
  const { needed } = JSON.parse(json.stdout) as { needed: { ramBytes: number; deviceBytes: number } };
  t.ok(needed.ramBytes > needed.deviceBytes && needed.deviceBytes > 2 ** 20);
  t.notOk(existsSync(path.join(folder, 'run')));
});

t.test('a training that cannot fit says so at once, and with what it would', async (t) => {
  const folder = await temporaryFolder(t);
  const drawn = await callCli('dataset draw --output meadow --count 2 --size 32x32'.split(' '), folder);
  t.equal(drawn.code, 0, 'exit code', { output: drawn.stderr });
  const train = 'train --data meadow --run run --steps 1'.split(' ');
  const network = SMALL.split(' ');
  const large = await callCli([...train, ...withOptions(network, ['--size', '4096x4096', '--ngf', '64'])], folder);
  t.equal(large.code, 1);
  t.match(large.stderr, /^instagan: This training needs about .*: it fits with --size \d+x\d+/m);
  t.notOk(existsSync(path.join(folder, 'run')), 'nothing is left of it');

  const small = await runCli([...train, ...network, '--ui', 'json'], folder);
  t.equal(small.code, 0, 'exit code', { output: small.stderr });
  const [started] = small.stdout
    .split('\n')
    .map((line) => JSON.parse(line || '{}') as { memory?: { summary: string } });
  t.match(started?.memory?.summary, 'of the wasm heap', 'the log has the estimate');
});
