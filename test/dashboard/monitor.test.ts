import { existsSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { eventLogFile, formatEvent } from '@instagan/core/events';
import t, { type Test } from 'tap';
import { runCli, temporaryFolder } from '../helpers/cli-process.ts';
import { makeRun } from '../helpers/made-run.ts';
import { type EmulatorOptions, TerminalEmulator } from '../helpers/terminal-emulator.ts';

t.setTimeout(240_000);
const cwd = await temporaryFolder(t);
await makeRun(path.join(cwd, 'runs', 'meadow'), {
  steps: 200,
  more: [
    { type: 'checkpoint', step: 200, path: 'checkpoints/step-00000200', seconds: 0.3 },
    { type: 'run-finished', step: 200, reason: 'interrupted', checkpoint: 'checkpoints/step-00000200' },
  ],
});
await makeRun(path.join(cwd, 'runs', 'zebra'), {
  steps: 100,
  lastLoss: 5,
  more: [{ type: 'alarm', code: 'loss-exploding', message: 'cycleA is 99 times its average', step: 100 }],
});

function open(t: Test, args: readonly string[], options: Partial<EmulatorOptions> = {}): TerminalEmulator {
  const terminal = new TerminalEmulator(['monitor', ...args], { cwd, ...options });
  t.teardown(() => terminal.process.kill('SIGKILL'));
  return terminal;
}

t.test('a finished run is replayed: curves, figures, pictures, and keys that change what is seen', async (t) => {
  const terminal = open(t, ['runs/meadow']);
  await terminal.shows(/meadow {2}● interrupted.*step 200\/400 {2}epoch 4\/8/);
  await terminal.shows(/lr 2e-4, 1e-4 +s\/step 0\.500/);
  await terminal.shows(/▀{40}/);
  t.ok(terminal.isFullScreen);
  const chart = terminal.lines().findIndex((line) => line.includes('content losses'));
  t.match(terminal.lines()[chart + 1], /cycleA 0\.5\d+ {2}contextA 1/);
  t.match(terminal.screen(), /[⠁-⣿]{10}/, 'a curve');

  terminal.press('2', 'l');
  await terminal.shows(/content losses ─+ log, smoothed 0\.9/);
  terminal.press('left', 'left');
  await terminal.shows(/step 193 {2}cycleA/);
  terminal.press('3', '[');
  await terminal.shows(/samples ─+ step 150, 3 of 4/);
  terminal.press('4');
  await terminal.shows(/─ events ─[\s\S]*200 +checkpoint, 0\.3 s/);
  terminal.press('?');
  await terminal.shows(/─ keys ─[\s\S]*change the learning rate/);
  terminal.press('x', 'p');
  await terminal.shows(/not training: there is nothing to control/);
  terminal.press('q');
  t.same(await terminal.exited, { exitCode: 0, signal: 0 });
});

t.test('the screen comes back as it was after q, a signal, and a crash that says why', async (t) => {
  const program = 'process.on("SIGUSR2",()=>{throw new Error("made to crash")})';
  const crash = `data:text/javascript,${encodeURIComponent(program).replaceAll("'", '%27')}`;
  const cases: [string, (terminal: TerminalEmulator) => void, RegExp][] = [
    ['q', (terminal) => terminal.press('q'), /^$/],
    ['Ctrl-C', (terminal) => terminal.press('ctrl-c'), /^$/],
    ['SIGTERM', (terminal) => terminal.process.kill('SIGTERM'), /^$/],
    ['a crash', (terminal) => terminal.process.kill('SIGUSR2'), /made to crash/],
  ];
  for (const [name, end, rest] of cases) {
    const terminal = open(t, ['runs/meadow'], { env: { NODE_OPTIONS: `--import=${crash}` } });
    await terminal.shows(/q leave/);
    end(terminal);
    await terminal.exited;
    t.notOk(terminal.isFullScreen, `${name}: the other screen is left`);
    t.match(terminal.screen().trim(), rest, `${name}: what remains`);
    const last = terminal.raw.lastIndexOf('\u001b[?25');
    t.equal(terminal.raw.slice(last, last + 6), '\u001b[?25h', `${name}: the cursor is visible`);
  }
});

t.test('it fits every size, also when that changes', async (t) => {
  const terminal = open(t, ['runs/meadow'], { columns: 200, rows: 50 });
  await terminal.shows(/content losses ─+ linear.*─ {2}─ samples ─/);
  terminal.resize(60, 24);
  await terminal.shows(/^ meadow {2}● interrupted[\s\S]*─ content losses ─[\s\S]*─ samples ─[\s\S]*\n q leave/);
  t.ok(terminal.lines().every((line) => line.length <= 60));
  terminal.resize(30, 8);
  await terminal.shows(/30x8 is too small/);
  terminal.resize(120, 40);
  await terminal.shows(/content losses ─+ linear.*─ {2}─ samples ─/);
});

t.test('runs are listed with their state, and beside each other', async (t) => {
  const terminal = open(t, []);
  await terminal.shows(/meadow +interrupted +200\/400/);
  await terminal.shows(/zebra +lost +100\/200 .*▲ loss-exploding/);
  const isZebraFirst = terminal.screen().indexOf('zebra') < terminal.screen().indexOf('meadow');
  terminal.press(isZebraFirst ? 'up' : 'down', '2', 'o');
  await terminal.shows(/● meadow {2}● zebra|● zebra {2}● meadow/);
  await terminal.shows(isZebraFirst ? /cycleA {2}5\.\d+ {2}0\.\d+/ : /cycleA {2}0\.\d+ {2}5\.\d+/);
});

t.test('alarms are on top and in the title of the window', async (t) => {
  const terminal = open(t, ['runs/zebra']);
  await terminal.shows(/▲ the training process is gone[\s\S]*▲ step 100: cycleA is 99 times its average/);
  t.ok(terminal.raw.includes('\u001b]2;▲ the training process is gone'));
});

t.test('what is logged meanwhile appears, without drawing the rest again', async (t) => {
  await makeRun(path.join(cwd, 'growing'), { steps: 60 });
  const terminal = open(t, ['growing']);
  await terminal.shows(/step 60\/120/);
  await terminal.shows(/▀{40}/);
  const before = terminal.raw.length;
  const body = { type: 'warning', code: 'x', message: 'something new' } as const;
  await appendFile(
    eventLogFile(path.join(cwd, 'growing')),
    `${formatEvent({ v: 1, time: new Date().toISOString(), ...body })}\n`,
  );
  terminal.press('4');
  await terminal.shows(/something new/);
  terminal.press('1');
  await terminal.shows(/▀{40}/);
  t.ok(terminal.raw.length > before);
  const updates = terminal.raw.slice(before).split('\u001b[?2026h').length - 1;
  t.ok(updates > 0 && updates < 30, `${updates} redraws, each within a synchronized update`);
});

t.test('pictures use what the terminal answers that it has', async (t) => {
  const kitty = open(t, ['runs/meadow'], { answers: [['\u001b_Gi=4242', '\u001b_Gi=4242;OK\u001b\\']] });
  await kitty.shows(/samples ─+ step 200/);
  await kitty.shows(/A to B: input, masks/);
  const hasImage = () => kitty.raw.includes('\u001b_Ga=T,f=100,t=d,i=7100');
  for (let i = 0; i < 200 && !hasImage(); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  t.ok(hasImage(), 'kitty');
  kitty.press('q');
  await kitty.exited;
  t.ok(kitty.raw.includes('\u001b_Ga=d,d=I,i=7100'), 'and it is taken away');
  const sixel = open(t, ['runs/meadow', '--graphics', 'sixel']);
  const hasSixels = () => sixel.raw.includes('\u001bP0;1;0q"1;1;');
  for (let i = 0; i < 400 && !hasSixels(); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  t.ok(hasSixels(), 'sixel');
});

t.test('NO_COLOR and terminals without Unicode', async (t) => {
  const plain = open(t, ['runs/meadow'], { env: { NO_COLOR: '1' } });
  await plain.shows(/─ samples ─[\s\S]*[-.:=+*#%@ ]{20}\n/);
  t.notMatch(plain.raw, /\[(3|4)8;|\[3\dm/, 'no colour at all');
  const ascii = open(t, ['runs/meadow'], { env: { LANG: 'C' } });
  await ascii.shows(/- content losses --+ linear/);
  t.match(ascii.screen(), /^\p{ASCII}*$/u);
});

t.test('without a terminal it prints lines or JSON, and says what is no run', async (t) => {
  const lines = await runCli(['monitor', 'runs/meadow'], cwd);
  t.equal(lines.code, 0, lines.stderr);
  t.match(lines.stdout, / step +step 200\/400 {2}generatorA 0\.5/);
  t.match(lines.stdout, /run-finished {2}step 200 {2}interrupted\n$/);
  t.notMatch(lines.stdout, '\u001b');
  const json = await runCli(['monitor', 'runs/meadow', '--ui', 'json'], cwd);
  const events = json.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string });
  t.equal(events.at(-1)?.type, 'run-finished');
  const table = await runCli(['monitor'], cwd);
  t.match(table.stdout, /runs\/meadow +interrupted +200\/400/);
  const none = await runCli(['monitor', 'nowhere'], cwd);
  t.equal(none.code, 1);
  t.match(none.stderr, 'nowhere is no run and holds none');
  const forced = await runCli(['monitor', '--ui', 'tui'], cwd);
  t.equal(forced.code, 1);
  t.match(forced.stderr, 'The dashboard needs a terminal');
  t.notOk(existsSync(path.join(cwd, 'nowhere')), 'nothing is made');
});
