import type { RunEventBody } from '@instagan/core/events';
import t from 'tap';
import { loggedRun, meadowEvents, trainedRun, User } from '../test-support.ts';

const PAUSED: RunEventBody = { type: 'control', step: 200, command: 'pause' };
const control = (command: object) => ({ kind: 'control', command });

t.test('each command has its key and its hint', async (t) => {
  const user = new User([trainedRun(t, meadowEvents())], { columns: 140 });
  t.match(
    user.lines().at(-1),
    /^ q leave {2}\? help {2}1-\d views {2}p pause {2}c checkpoint {2}n sample {2}L rate {2}e end epoch {2}X stop {2}l log /,
  );
  t.same(user.press('p', 'c', 'n').effects, [
    control({ command: 'pause' }),
    control({ command: 'checkpoint' }),
    control({ command: 'sample' }),
  ]);
  const paused = new User([trainedRun(t, [...meadowEvents(), PAUSED], 'paused')]);
  t.match(paused.screen(), /● paused[\s\S]* p resume /);
  t.same(paused.press('p').effects, [control({ command: 'resume' })]);
});

t.test('a run that does not train takes no command, and says so', async (t) => {
  const user = new User([loggedRun(t, meadowEvents())]);
  t.notMatch(user.lines().at(-1), 'pause');
  t.same(
    user.press('p', 'c', 'n', 'e', 'L', 'X').effects,
    Array(6).fill({ kind: 'message', text: 'This run is not training: there is nothing to control.' }),
  );
  t.match(user.lines().at(-1), 'q leave', 'nothing is asked');
});

t.test('stopping asks first', async (t) => {
  const user = new User([trainedRun(t, meadowEvents())], { columns: 60 }).press('X');
  t.match(user.lines().at(-1), /^ Stop after this step, with a checkpoint\? y or n$/);
  t.same(user.press('n').effects, [], 'no is no, and n makes no sample meanwhile');
  t.match(user.lines().at(-1), 'q leave');
  t.same(user.press('X', 'y').effects, [control({ command: 'stop' })]);
  t.match(user.press('e').lines().at(-1), /^ Stop at the end of this epoch, with a checkpoint\? y or n$/);
  t.same(user.press('escape', 'e', 'y').effects.slice(1), [control({ command: 'stop-after-epoch' })]);
});

t.test('pasted text presses no keys, and is welcome where text is typed', async (t) => {
  const run = trainedRun(t, meadowEvents());
  const user = new User([run]);
  const before = user.screen();
  user.paste('see Xavier e.g.\ny\n');
  t.same(user.effects, [{ kind: 'message', text: 'Pasted text presses no keys here.' }]);
  t.equal(user.screen(), before);
  t.same(new User([run]).press('L').paste(' 2e-4\n').press('return').effects, [
    control({ command: 'learning-rate', generator: 2e-4, discriminator: 2e-4 }),
  ]);
  t.match(new User([run]).press('X').paste('y').lines().at(-1), 'y or n', 'no question is answered by a paste');
});

t.test('a learning rate is typed, corrected, and checked', async (t) => {
  const run = trainedRun(t, meadowEvents());
  const user = new User([run]).press('L', ...'1e-');
  t.match(user.lines().at(-1), ' learning rate, G or G,D (return, esc): 1e-█');
  t.match(user.press('backspace', 'q', 'x').lines().at(-1), ': 1e█', 'letters are no numbers, and q does not leave');
  const effects = (...keys: string[]) => new User([run]).press('L', ...keys).effects;
  t.same(effects(...'2e-5', 'backspace', '4', 'return'), [
    control({ command: 'learning-rate', generator: 2e-4, discriminator: 2e-4 }),
  ]);
  t.same(effects(...'2e-4,1e-4', 'return'), [
    control({ command: 'learning-rate', generator: 2e-4, discriminator: 1e-4 }),
  ]);
  for (const wrong of ['7', '-1', '0', '1,2,3', 'e']) {
    t.match(effects(...wrong, 'return'), [{ kind: 'message', text: /is not a learning rate/ }], wrong);
  }
  t.same(effects('1', 'escape'), []);
  t.same(effects('return'), []);
});
