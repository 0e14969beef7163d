import t from 'tap';
import { type DashboardState, type Effect, INITIAL_STATE, type KeyContext, pressKey } from './dashboard-state.ts';

const context: KeyContext = {
  runCount: 2,
  lastStep: 1000,
  sampleCount: 5,
  groupCount: 3,
  names: ['losses.a', 'losses.b', 'seconds'],
  shown: ['losses.a'],
  isPaused: false,
  takesCommands: true,
  ownsTraining: false,
};

function press(
  keys: readonly string[],
  changes: Partial<KeyContext> = {},
): { state: DashboardState; effects: Effect[] } {
  let state = INITIAL_STATE;
  const effects: Effect[] = [];
  for (const key of keys) {
    const result = pressKey(state, key, { ...context, ...changes });
    state = result.state;
    if (result.effect !== undefined) effects.push(result.effect);
  }
  return { state, effects };
}

const commandsOf = (keys: readonly string[], changes: Partial<KeyContext> = {}) => press(keys, changes).effects;
const control = (command: object) => ({ kind: 'control', command });

t.test('each command has its key; a run that does not train takes none', async (t) => {
  t.same(commandsOf(['p', 'c', 'n', 'e']), [
    control({ command: 'pause' }),
    control({ command: 'checkpoint' }),
    control({ command: 'sample' }),
    control({ command: 'stop-after-epoch' }),
  ]);
  t.same(commandsOf(['p'], { isPaused: true }), [control({ command: 'resume' })]);
  const refused = commandsOf(['p', 'c', 'n', 'e', 'L', 'X'], { takesCommands: false });
  t.same(
    refused.map(({ kind }) => kind),
    Array(6).fill('message'),
  );
});

t.test('stopping asks first', async (t) => {
  t.same(commandsOf(['X', 'n']), [], 'no is no, and n makes no sample meanwhile');
  t.same(commandsOf(['X', 'y']), [control({ command: 'stop' })]);
});

t.test('Ctrl-C stops only a training that was started here; q never does', async (t) => {
  t.same(commandsOf(['ctrl-c']), [{ kind: 'leave' }]);
  t.same(commandsOf(['ctrl-c'], { ownsTraining: true }), [control({ command: 'stop' })]);
  t.same(commandsOf(['ctrl-c'], { ownsTraining: true, takesCommands: false }), [{ kind: 'leave' }]);
  t.same(commandsOf(['q'], { ownsTraining: true }), [{ kind: 'leave' }]);
  t.same(commandsOf(['L', '1', 'ctrl-c'], { ownsTraining: true }), [control({ command: 'stop' })], 'also while typing');
});

t.test('a learning rate is typed, corrected, and checked', async (t) => {
  t.same(commandsOf(['L', ...'2e-5', 'backspace', '4', 'return']), [
    control({ command: 'learning-rate', generator: 2e-4, discriminator: 2e-4 }),
  ]);
  t.same(commandsOf(['L', ...'2e-4,1e-4', 'return']), [
    control({ command: 'learning-rate', generator: 2e-4, discriminator: 1e-4 }),
  ]);
  for (const wrong of ['7', '-1', '0', '1,2,3', 'e']) {
    t.match(commandsOf(['L', ...wrong, 'return']), [{ kind: 'message', text: /no learning rate/ }], wrong);
  }
  t.same(commandsOf(['L', '1', 'escape']), []);
  t.equal(press(['L', 'q', 'x']).state.learningRate, '', 'letters are no numbers, and q does not leave');
});

t.test('zoom is around the cursor, stays within the run, and comes back', async (t) => {
  t.same(press(['+']).state.range, { from: 500, to: 1000 });
  const { state } = press(['left', 'left', 'left', '+', '+']);
  t.ok(state.range!.from <= state.cursor! && state.cursor! <= state.range!.to);
  t.same(press(['+', '+', '-', '-']).state.range, null);
  t.same(press(['+', '0']).state, INITIAL_STATE);
  const moved = press(['+', ...Array(80).fill('left')]).state;
  t.ok(moved.range!.from < 500, 'the cursor takes the range along');
  t.equal(press(Array(200).fill('left')).state.cursor, 0);
});

t.test('samples go back and forth in time; the newest follows the run', async (t) => {
  t.equal(press(['[']).state.sample, 3);
  t.equal(press([...'[[[[[[[']).state.sample, 0);
  t.equal(press(['[', '[', ']']).state.sample, 3);
  t.equal(press(['[', ']']).state.sample, null);
});

t.test('curves are chosen from a list', async (t) => {
  t.same(press(['t', 'down', ' ']).state.chosen, ['losses.a', 'losses.b']);
  t.same(press(['t', ' ']).state.chosen, []);
  t.equal(press(['t', 'down', 'down', 'down', 'down']).state.picker, 2);
  t.equal(press(['t', 'escape']).state.picker, null);
  t.equal(press(['g', 'g', 'g']).state.group, 0, 'groups go round');
});

t.test('help closes with any key, which does nothing else', async (t) => {
  t.same(press(['?', 'q']), { state: INITIAL_STATE, effects: [] });
});

t.test('runs are changed with tab, or in their list', async (t) => {
  t.equal(press(['tab']).state.focus, 1);
  t.equal(press(['tab', 'tab']).state.focus, 0);
  t.match(press(['5', 'down', 'down', 'return']).state, { focus: 1, view: 'overview' });
});
