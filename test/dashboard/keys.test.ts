import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { temporaryFolder } from '../helpers/cli-process.ts';
import { until } from '../helpers/live-runs.ts';
import { makeRun } from '../helpers/made-run.ts';
import { type EmulatorOptions, TerminalEmulator } from '../helpers/terminal-emulator.ts';

t.setTimeout(240_000);
/** Both pictures of a pair, and the keys. */
const PICTURES = /▀{20}[\s\S]* B to A.*\n▀{20}[\s\S]* q leave/;
const cwd = await temporaryFolder(t);
await makeRun(path.join(cwd, 'meadow'), {
  steps: 200,
  config: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`setting-${i + 1}`, i])),
  more: Array.from({ length: 60 }, (_, i) => ({ type: 'warning', code: 'x', message: `warning ${i + 1}.` })),
});
await makeRun(path.join(cwd, 'zebra'), { steps: 100, lastLoss: 5 });

function open(t: Test, options: Partial<EmulatorOptions> = {}): TerminalEmulator {
  const terminal = new TerminalEmulator(['monitor', 'meadow', 'zebra'], { cwd, ...options });
  t.teardown(() => terminal.process.kill('SIGKILL'));
  return terminal;
}

/** Presses keys one after the other, and waits for what each brings onto the screen. */
async function play(t: Test, terminal: TerminalEmulator, scenes: readonly (readonly [key: string, shows: RegExp])[]) {
  for (const [key, shows] of scenes) {
    terminal.press(key);
    await terminal.shows(shows, 10_000);
    t.pass(`${key} brings ${shows}`);
  }
}

/** The screen once nothing changes on it any more. */
async function still(terminal: TerminalEmulator): Promise<string> {
  for (let last = ''; ; await delay(250)) {
    const screen = terminal.screen();
    if (screen === last) return screen;
    last = screen;
  }
}

t.test('views and runs', async (t) => {
  const terminal = open(t);
  await terminal.shows(/meadow {2}● lost[\s\S]*─ samples ─[\s\S]*▀{40}/);
  await play(t, terminal, [
    ['2', /─ content losses ─(?![\s\S]*─ samples ─)/],
    ['3', /─ samples ─(?![\s\S]*─ content losses ─)/],
    ['4', /─ events ─(?![\s\S]*─ samples ─)/],
    ['5', /─ runs ─/],
    ['down', /^ zebra /],
    ['up', /^ meadow /],
    ['j', /^ zebra /],
    ['k', /^ meadow /],
    ['tab', /^ zebra /],
    ['/', /─ runs ─+ 2 \/█ ─/],
    ['m', /─ runs ─+ 1 of 2 \/m█ ─/],
    ['escape', /─ runs ─+ 2 ─/],
    ['right', /─ runs ─/],
    ['left', /─ runs ─/],
    ['s', / run ↑ /],
    [' ', /●=/],
    ['d', /─ compare ─[\s\S]* settings/],
    ['5', /─ runs ─/],
    ['return', /^ zebra [\s\S]*─ content losses ─/],
    ['tab', /^ meadow /],
    ['1', /─ content losses ─[\s\S]*─ samples ─/],
    ['\u001b[<0;30;12M\u001b[<0;30;12m', /step \d+ {2}cycleA/],
    ['m', /The mouse selects text: press m for the dashboard/],
    ['m', /The mouse works on the dashboard/],
  ]);
});

t.test('curves', async (t) => {
  const terminal = open(t);
  await terminal.shows(/meadow {2}● lost[\s\S]*cycleA \d/);
  await play(t, terminal, [
    ['2', /─ content losses ─+ linear, smoothed 0\.9 ─[\s\S]* l log /],
    ['l', /─ content losses ─+ log, smoothed 0\.9 ─[\s\S]* l linear /],
    ['s', /log, smoothed 0\.97 ─/],
    ['o', /● meadow {2}● zebra\ncycleA {2}0/],
    ['o', /\ncycleA \d/],
    ['+', /steps 100 to 200 ─/],
    ['left', /step 198 {2}cycleA/],
    ['right', /step 200 {2}cycleA/],
    ['escape', /smoothed 0\.97 ─\ncycleA/],
    ['+', /steps 100 to 200 ─/],
    ['-', /smoothed 0\.97 ─\n/],
    ['+', /steps 100 to 200 ─/],
    ['0', /smoothed 0\.97 ─\n/],
    ['g', /─ adversarial losses ─/],
    ['t', /─ choose curves ─[\s\S]*\[x\] losses\.generatorA/],
    ['down', /\[x\] losses\.generatorA/],
    [' ', /\[ \] losses\.generatorA/],
    ['x', /─ chosen curves ─.*\ndiscriminatorA 0\.2\n/],
    ['g', /─ adversarial losses ─/],
  ]);
  /** Characters of raw values, which are drawn faint. */
  const rawCharacters = () =>
    terminal
      .cells()
      .flat()
      .filter(({ text, isDim }) => isDim && /[⠁-⣿]/.test(text)).length;
  terminal.press('g', 'g', 'g', 'g', 's');
  await terminal.shows(/─ content losses ─+ log, smoothed 0\.99 ─/);
  t.ok(rawCharacters() > 0, 'raw values are shown');
  terminal.press('r');
  await until('raw values are hidden', async () => rawCharacters() === 0);
  t.match(terminal.screen(), /─ content losses ─[\s\S]*[⠁-⣿]/, 'and the smoothed ones stay');
});

t.test('samples, events and settings', async (t) => {
  const terminal = open(t);
  await terminal.shows(/meadow {2}● lost/);
  await play(t, terminal, [
    ['3', /samples ─+ step 200, 4 of 4 ─/],
    ['[', /step 150, 3 of 4, esc for the newest ─/],
    [',', /step 100, 2 of 4/],
    [']', /step 150, 3 of 4/],
    ['.', /step 200, 4 of 4 ─/],
    ['[', /step 150, 3 of 4/],
    ['escape', /step 200, 4 of 4 ─/],
    ['4', / warning 60\.\n/],
    ['pageup', / warning 60\./],
    ['pageup', / warning 60\./],
    ['pageup', / [1-9]\d* more below ─\n.* warning 31\./],
    ['up', /─\n.* warning 30\./],
    ['k', /─\n.* warning 29\./],
    ['down', /─\n.* warning 30\./],
    ['j', /─\n.* warning 31\./],
    ['return', /─\n.* warning 31\./],
    ['pagedown', / warning 60\.\n/],
    ['1', /─ samples ─/],
    ['4', / warning 60\.\n/],
    ['6', /─ settings ─+\n model +instagan\n batch +1\n setting-1 /],
    ['down', /─ settings ─+\n batch +1\n/],
    ['j', /─ settings ─+\n setting-1 +0\n/],
    ['up', /─ settings ─+\n batch +1\n/],
    ['k', /─ settings ─+\n model /],
  ]);
});

t.test('help, commands that nobody takes, and the whole screen anew', async (t) => {
  const terminal = open(t, { columns: 80, rows: 24 });
  await terminal.shows(PICTURES);
  const before = await still(terminal);
  await play(t, terminal, [
    ['?', /─ keys ─[\s\S]*change the learning rate[\s\S]*suspend the dashboard/],
    ['q', /─ content losses ─/],
    ['h', /─ keys ─/],
    ['escape', /─ content losses ─/],
  ]);
  t.equal(await still(terminal), before);
  const length = terminal.raw.length;
  terminal.press('ctrl-l');
  while (!terminal.raw.slice(length).includes('meadow')) await delay(20);
  await terminal.shows(PICTURES);
  t.equal(await still(terminal), before);
  for (const key of ['p', 'c', 'n', 'L', 'e', 'X']) await play(t, terminal, [[key, /there is nothing to control/]]);
  await terminal.shows(/q leave/, 15_000);
  terminal.press('q');
  t.match(await terminal.exited, { exitCode: 0 });
});

t.test('Ctrl-Z gives the terminal to the shell, and fg brings the dashboard back', async (t) => {
  const terminal = open(t, { script: '"$@"; echo this is the shell; read -r; fg' });
  await terminal.shows(PICTURES);
  const before = await still(terminal);
  terminal.press('ctrl-z');
  await terminal.shows(/this is the shell/);
  t.notOk(terminal.isFullScreen);
  terminal.press('return');
  await terminal.shows(PICTURES);
  t.equal(await still(terminal), before);
  terminal.press('q');
  t.match(await terminal.exited, { exitCode: 0 });
});
