import { existsSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { callCli } from '../helpers/cli-in-process.ts';
import { temporaryFolder } from '../helpers/cli-process.ts';
import { LiveRuns, until } from '../helpers/live-runs.ts';

t.setTimeout(240_000);
const cwd = await temporaryFolder(t);
const runs = new LiveRuns(cwd);
/** One for each image of the larger domain. */
const STEPS_PER_EPOCH = 4;
const drawn = await callCli('dataset draw --output meadow --count 4 --size 40x40'.split(' '), cwd);
t.equal(drawn.code, 0, 'the sample set is drawn');

t.test('a training is watched and controlled from two terminals, and outlives both', async (t) => {
  const first = runs.train(t, 'shared');
  await first.shows(/shared {2}● running[\s\S]*cycleA \d/);
  first.press('p');
  await first.shows(/● paused/);
  const step = await runs.lastStep('shared');
  const second = runs.open(t, 'monitor', 'shared');
  await second.shows(/● paused/);
  second.press('c');
  await until('a checkpoint', async () =>
    existsSync(path.join(cwd, 'shared', 'checkpoints', `step-${String(step).padStart(8, '0')}`)),
  );
  second.press('L', ...'1e-4,5e-5', 'return');
  await until('a learning rate', async () =>
    (await runs.events('shared')).some(({ command }) => command === 'learning-rate'),
  );
  t.equal(await runs.lastStep('shared'), step, 'no step was made while paused');
  second.press('p');
  await first.shows(/● running[\s\S]*lr 1e-4, 5e-5/);

  first.press('q');
  t.match(await first.exited, { exitCode: 0 });
  t.notOk(first.isFullScreen);
  t.match(first.screen(), /goes on in the background, as process \d+[\s\S]*instagan monitor shared[\s\S]*kill \d+/);
  await runs.goesOn('shared');
  second.press('X');
  await second.shows(/Stop after this step, with a checkpoint\? y or n/);
  second.press('y');
  await second.shows(/● interrupted/);
  await until('the end', () => runs.hasEnded('shared'));
  const commands = (await runs.events('shared')).flatMap(({ command }) => command ?? []);
  t.same(commands, ['pause', 'checkpoint', 'learning-rate', 'resume', 'stop'], 'every command is an event');
  t.ok(
    existsSync(path.join(cwd, 'shared', (await runs.events('shared')).at(-1)?.checkpoint ?? 'none')),
    'it was saved',
  );
  second.press('q');
  t.match(await second.exited, { exitCode: 0 });
});

t.test('sample pictures are drawn when asked for, and the training stops at the end of its epoch', async (t) => {
  const terminal = runs.train(t, 'epoch', '--sample-every', '0');
  await terminal.shows(/● running[\s\S]*cycleA \d/);
  t.notOk((await runs.events('epoch')).some(({ type }) => type === 'sample'));
  terminal.press('n');
  await until('samples', async () => (await runs.events('epoch')).some(({ type }) => type === 'sample'));
  await terminal.shows(/─ samples ─/);
  terminal.press('\u001b[200~see Xavier e.g.\u001b[201~');
  await terminal.shows(/Pasted text presses no keys here/);
  terminal.press('e');
  await terminal.shows(/Stop at the end of this epoch, with a checkpoint\? y or n/);
  terminal.press('y');
  t.match(await terminal.exited, { exitCode: 0 });
  const last = (await runs.events('epoch')).at(-1);
  t.match(last, { type: 'run-finished', reason: 'interrupted' });
  t.equal((last?.step ?? 0) % STEPS_PER_EPOCH, 0, 'a whole number of epochs');
});

t.test('Ctrl-C stops the training with a checkpoint and says where it is', async (t) => {
  const terminal = runs.train(t, 'stopped');
  await terminal.shows(/● running[\s\S]*cycleA \d/);
  terminal.press('ctrl-c');
  t.match(await terminal.exited, { exitCode: 130 });
  t.notOk(terminal.isFullScreen);
  t.match(
    terminal.screen(),
    /Stopped at step \d+ of 100000[\s\S]*checkpoint {2}stopped\/checkpoints\/step-[\s\S]*--resume/,
  );
  t.ok(await runs.hasEnded('stopped'));
});
