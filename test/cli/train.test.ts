import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { callCli } from '../helpers/cli-in-process.ts';
import { runCli, startCli, temporaryFolder, withOptions } from '../helpers/cli-process.ts';

const NETWORK =
  '--backend wasm --threads 1 --size 32x32 --ngf 4 --ndf 4 --blocks 1 --max-instances 2 --sample-every 0'.split(' ');

const cwd = await temporaryFolder(t);
const drawn = await callCli('dataset draw --output meadow --count 3 --size 48x48'.split(' '), cwd);
t.equal(drawn.code, 0, 'the sample set is drawn');

function trainArguments(run: string, ...more: string[]): string[] {
  return ['train', '--data', 'meadow', '--run', run, ...withOptions(NETWORK, more)];
}

/** SHA-256 of every file of a checkpoint. */
async function digests(run: string, step: number): Promise<Record<string, string>> {
  const folder = path.join(cwd, run, 'checkpoints', `step-${String(step).padStart(8, '0')}`);
  const entries = (await readdir(folder)).sort().map(async (name) => {
    const digest = createHash('sha256').update(await readFile(path.join(folder, name)));
    return [name, digest.digest('hex')] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function eventsOf(text: string): { type: string; step: number; reason?: string; checkpoint?: string }[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

t.test('a run killed at any time and resumed has the same checkpoint as one never killed, bit for bit', async (t) => {
  const unbroken = await callCli(trainArguments('unbroken', '--steps', '6', '--checkpoint-every', '3'), cwd);
  t.equal(unbroken.code, 0, unbroken.stderr);
  t.match(unbroken.stdout, /Done at step 6 of 6/);

  const first = await callCli(trainArguments('killed', '--steps', '3', '--checkpoint-every', '3'), cwd);
  t.equal(first.code, 0, first.stderr);
  const killed = startCli(trainArguments('killed', '--resume', '--steps', '5000', '--ui', 'json'), cwd);
  await killed.printed(/"type":"step","step":5/);
  killed.child.kill('SIGKILL');
  t.equal((await killed.ended).code, null, 'the process was killed');

  const resumed = await runCli(trainArguments('killed', '--resume', '--steps', '6'), cwd);
  t.equal(resumed.code, 0, resumed.stderr);
  t.match(resumed.stdout, 'resumed at step 3');
  const expected = await digests('unbroken', 6);
  t.ok(expected['model.safetensors'], 'the checkpoint holds the model');
  t.same(await digests('killed', 6), expected, 'both checkpoints hold the same bytes');
});

t.test('Ctrl-C saves and stops; meanwhile the run is guarded against a second training', async (t) => {
  const running = startCli(trainArguments('stopped', '--steps', '100000', '--ui', 'json'), cwd);
  await running.printed(/"type":"step","step":2/);
  const [again, second] = await Promise.all([
    callCli(trainArguments('stopped'), cwd),
    callCli(trainArguments('stopped', '--resume'), cwd),
  ]);
  t.equal(again.code, 2);
  t.match(again.stderr, 'stopped is already a run: add --resume');
  t.equal(second.code, 1);
  t.match(second.stderr, /stopped is being trained by process \d+/);

  running.child.kill('SIGINT');
  const { code, stdout, stderr } = await running.ended;
  t.equal(code, 130, stderr);
  t.match(stderr, 'SIGINT: stopping after this step and saving a checkpoint');
  const last = eventsOf(stdout).at(-1);
  t.match(last, { type: 'run-finished', reason: 'interrupted' });
  t.ok(await readFile(path.join(cwd, 'stopped', last?.checkpoint ?? 'none', 'manifest.json')), 'a checkpoint is there');

  const other = await callCli(trainArguments('stopped', '--resume', '--ngf', '8'), cwd);
  t.equal(other.code, 2, 'a resumed run cannot change its networks');
  t.match(other.stderr, 'started with ngf 4 and cannot go on with 8');
});

t.test('a run that was trained with jittered masks can go on without', async (t) => {
  const maskJitter = async () =>
    JSON.parse(await readFile(path.join(cwd, 'jittered', 'config.json'), 'utf8')).maskJitter;
  const jittered = await callCli(trainArguments('jittered', '--steps', '1', '--mask-jitter', '0.5'), cwd);
  t.equal(jittered.code, 0, jittered.stderr);
  t.equal(await maskJitter(), 0.5);
  const plain = await callCli(trainArguments('jittered', '--resume', '--steps', '2', '--mask-jitter', '0'), cwd);
  t.equal(plain.code, 0, plain.stderr);
  t.equal(await maskJitter(), 0);
  const done = await callCli(trainArguments('jittered', '--resume', '--steps', '1'), cwd);
  t.match(
    done.stdout,
    /^The run is at step 2 already, and was to be trained to step 1: nothing was done\. .* more --steps/m,
  );
});

t.test('a run of the first version goes on, and cannot be given another network', async (t) => {
  const file = path.join(cwd, 'old', 'config.json');
  await mkdir(path.dirname(file));
  await copyFile(new URL('../fixtures/configs/instagan-first.json', import.meta.url), file);
  const old = JSON.parse(await readFile(file, 'utf8'));
  const resume = [
    'train',
    '--data',
    'meadow',
    '--run',
    'old',
    '--resume',
    '--steps',
    '1',
    '--backend',
    'wasm',
    '--threads',
    '1',
  ];
  const other = await callCli([...resume, '--blocks', '2'], cwd);
  t.equal(other.code, 2);
  t.match(other.stderr, 'started with blocks 1 and cannot go on with 2');
  const resumed = await callCli([...resume, '--sample-every', '0', '--learning-rate', '1e-4'], cwd);
  t.equal(resumed.code, 0, resumed.stderr);
  t.match(resumed.stdout, /settings .*size 32x32 \(200x200\).*learningRate 1e-4,1e-4 \(2e-4,1e-4\).*seed 7 \(0\)/);
  const learningRate = { generator: 1e-4, discriminator: 1e-4 };
  const weights = { ...old.weights, consistency: 0, featureMatching: 0, objectDiscriminator: 0 };
  const decoders = { upsampling: 'transposed', outputFilter: 'none' };
  const networks = { ...decoders, discriminatorLayers: 3, maskValues: 'soft', background: 'translated', ema: 0 };
  const later = {
    ...networks,
    init: null,
    region: 'image',
    maskJitter: 0,
    diffAugment: 'none',
    evaluateEvery: 0,
    keepEvery: 0,
    reconstructionEnd: 1,
    warmUp: 0,
    skipDamaged: false,
    weights,
  };
  t.strictSame(JSON.parse(await readFile(file, 'utf8')), { ...old, learningRate, sampleEvery: 0, ...later });
});

t.test('a warm-up is told in place of a time that its short steps would get wrong', async (t) => {
  const { code, stdout, stderr } = await callCli(trainArguments('warm', '--warm-up', '1', '--steps', '3'), cwd);
  t.equal(code, 0, stderr);
  const lines = stdout.split('\n').filter((line) => line.startsWith('step '));
  t.match(
    lines[0],
    /^step 1\/3 \(epoch 1\) {2}G [\d.]+ {2}\S+ \S+\/step {2}warm-up to step 1 {2}.* {2}G: identity [\d.]+$/,
  );
  t.match(lines.at(-1), /^step 3\/3 .* {2}G [\d.]+ {2}D [\d.]+ .*G: gan [\d.]+ cycle/);
});

t.test('SIGTERM, as a scheduler sends it, saves and exits with 143', async (t) => {
  const running = startCli(trainArguments('terminated', '--steps', '100000', '--ui', 'json'), cwd);
  await running.printed(/"type":"step","step":1/);
  running.child.kill('SIGTERM');
  const { code, stdout } = await running.ended;
  t.equal(code, 143);
  t.match(eventsOf(stdout).at(-1), { type: 'run-finished', reason: 'interrupted' });
});

t.test('a training whose output nobody reads any more goes on to its end', async (t) => {
  const running = startCli(trainArguments('unread', '--steps', '12', '--ui', 'json'), cwd);
  await running.printed(/"type":"step","step":1,/);
  running.child.stdout?.destroy();
  const { code } = await running.ended;
  t.equal(code, 0);
  const log = await readFile(path.join(cwd, 'unread', 'events.jsonl'), 'utf8');
  t.match(eventsOf(log).at(-1), { type: 'run-finished', step: 12, reason: 'completed' });
});

t.test('--ui json prints the events of the log and nothing else', async (t) => {
  const options = ['--steps', '2', '--sample-every', '1', '--ui', 'json', '--learning-rate', '3e-4'];
  const { code, stdout } = await runCli(trainArguments('events', ...options), cwd);
  t.equal(code, 0);
  t.equal(stdout, await readFile(path.join(cwd, 'events', 'events.jsonl'), 'utf8'));
  const types = eventsOf(stdout).map(({ type }) => type);
  t.equal(types.filter((type) => type === 'sample').length, 4, 'a sample each way after each step');
  t.same((await readdir(path.join(cwd, 'events', 'samples'))).length, 4, 'the pictures are there');
  const config = JSON.parse(await readFile(path.join(cwd, 'events', 'config.json'), 'utf8'));
  t.match(config, { size: { height: 32, width: 32 }, learningRate: { generator: 3e-4, discriminator: 3e-4 } });
});

t.test('options win over --config, which wins over --preset; --time-limit ends a run cleanly', async (t) => {
  const file = path.join(cwd, 'settings.json');
  const { writeFile } = await import('node:fs/promises');
  await writeFile(file, JSON.stringify({ ngf: 2, ndf: 2, blocks: 2, size: { height: 32, width: 32 } }));
  const { code, stdout } = await callCli(
    [
      'train',
      '--data',
      'meadow',
      '--run',
      'limited',
      '--backend',
      'wasm',
      '--threads',
      '1',
      '--preset',
      'small',
      '--config',
      file,
    ].concat(['--ndf', '3', '--time-limit', '0.01', '--log-every', '5']),
    cwd,
  );
  t.equal(code, 0);
  t.match(stdout, 'size 32x32 (200x200)');
  t.match(stdout, /Stopped at step \d+ of 600 /);
  t.match(stdout, 'Next: instagan train --data meadow --run limited --resume');
  const config = JSON.parse(await readFile(path.join(cwd, 'limited', 'config.json'), 'utf8'));
  t.match(config, { ngf: 2, ndf: 3, blocks: 2, size: { height: 32, width: 32 }, batch: 1 });
});
