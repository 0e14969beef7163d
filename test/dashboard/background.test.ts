import { existsSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { callCli } from '../helpers/cli-in-process.ts';
import { temporaryFolder } from '../helpers/cli-process.ts';
import { LiveRuns, TINY_NETWORK, until } from '../helpers/live-runs.ts';

t.setTimeout(240_000);
const cwd = await temporaryFolder(t);
const runs = new LiveRuns(cwd);
const drawn = await callCli('dataset draw --output meadow --count 4 --size 40x40'.split(' '), cwd);
t.equal(drawn.code, 0, 'the sample set is drawn');

t.test('a dashboard that is killed takes nothing with it', async (t) => {
  const terminal = runs.train(t, 'killed');
  await terminal.shows(/● running[\s\S]*cycleA \d/);
  terminal.process.kill('SIGKILL');
  await terminal.exited;
  await runs.goesOn('killed');
});

t.test('a terminal that goes away stops the training with a checkpoint, but never one that is detached', async (t) => {
  const terminal = runs.train(t, 'attached');
  const detached = runs.train(t, 'detached', '--detach', '--ui', 'tui');
  await terminal.shows(/● running[\s\S]*cycleA \d/);
  await detached.shows(/● running[\s\S]*cycleA \d/);
  terminal.hangUp();
  detached.hangUp();
  await Promise.all([terminal.exited, detached.exited]);
  await until('the end', () => runs.hasEnded('attached'));
  t.match((await runs.events('attached')).at(-1), { reason: 'interrupted', checkpoint: /step-/ });
  await runs.goesOn('detached');
});

t.test('--detach returns once the training has begun', async (t) => {
  const terminal = runs.train(t, 'background', '--detach');
  t.match(await terminal.exited, { exitCode: 0 });
  t.match(terminal.screen(), /The training of background goes on in the background/);
  await runs.goesOn('background');
  process.kill((await runs.trainerOf('background')) ?? 0, 'SIGTERM');
  await until('the end', () => runs.hasEnded('background'));
});

t.test('a training that ends leaves the dashboard and its report; one that cannot start says why', async (t) => {
  const args = ['train', '--data', 'meadow', '--run', 'short', ...TINY_NETWORK, '--steps', '8', '--schedule', '5+5'];
  const terminal = runs.open(t, ...args);
  t.match(await terminal.exited, { exitCode: 0 });
  t.match(terminal.screen(), /Done at step 8 of 8[\s\S]*Next: instagan translate --run short/);
  const again = runs.open(t, ...args);
  t.match(await again.exited, { exitCode: 2 });
  t.match(again.screen(), /short is already a run: add --resume/);
  const wrong = runs.open(t, 'train', '--data', 'nowhere', '--run', 'none', ...TINY_NETWORK);
  t.match(await wrong.exited, { exitCode: 1 });
  t.match(wrong.screen(), /nowhere/);
  t.notOk(existsSync(path.join(cwd, 'none')), 'nothing is left behind');
});
