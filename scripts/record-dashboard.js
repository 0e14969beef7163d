// Records the dashboard: opens a folder of runs in a terminal emulator, presses keys and moves the mouse, and writes what was
// on the screen as an SVG that plays.
//
//   node scripts/record-dashboard.js RUNS docs/images/dashboard.svg [--columns 100] [--rows 36]
//
// RUNS holds two trainings or more with sample pictures, that differ in their learning rate. The pictures in docs/images are
// those of 60, 100 and 200 columns.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { register } from 'tsx/esm/api';
import { terminalSvg } from './record/terminal-svg.js';

register();
const { TerminalEmulator } = await import('../test/helpers/terminal-emulator.ts');

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { columns: { type: 'string', default: '100' }, rows: { type: 'string', default: '36' } },
});
const [runs, output] = positionals;
if (runs === undefined || output === undefined) {
  console.error('usage: node scripts/record-dashboard.js RUNS OUTPUT.svg [--columns N] [--rows N]');
  process.exit(2);
}
const [columns, rows] = [Number(values.columns), Number(values.rows)];

/** The button goes down at a column, moves to another, and goes up, on a row in the middle; all from 1. */
function drag(from, to) {
  const row = Math.floor(rows / 2);
  return [`\u001b[<0;${from};${row}M`, `\u001b[<32;${to};${row}M`, `\u001b[<0;${to};${row}m`];
}

/** Keys, what they bring onto the screen, and how long it is shown. */
const SCENES = [
  { keys: [], shows: /─ runs ─[\s\S]*\d s\b/, seconds: 3 },
  { keys: ['/', ...'lr>=2e-4', 'return'], shows: /runs ─+ \d+ of \d+ \/lr>=2e-4/, seconds: 2.5 },
  { keys: ['escape', 'right', 'right', 'right', 's'], shows: /s\/step ↑/, seconds: 2 },
  { keys: ['d'], shows: /─ compare ─[\s\S]*losses at step/, seconds: 3 },
  { keys: ['1'], shows: /▀{20}/, seconds: 4 },
  { keys: ['o', '2'], shows: /─ content losses ─[\s\S]*●[\s\S]*●[\s\S]*[⠁-⣿]{8}/, seconds: 3 },
  { keys: ['left', 'left', 'left', 'left'], shows: /step \d+ ─/, seconds: 2 },
  { keys: drag(Math.floor(columns / 8), Math.floor(columns / 3)), shows: /steps \d+ to \d+/, seconds: 3 },
  { keys: ['escape', '3', '[', '['], shows: /─ samples ─[\s\S]*▀{16}/, seconds: 3 },
  { keys: ['escape', 'o', '4'], shows: /─ events ─/, seconds: 2 },
  { keys: ['9'], shows: /─ machine ─[\s\S]* cpu .* %/, seconds: 2 },
  { keys: ['?'], shows: /─ keys ─/, seconds: 3 },
];

const terminal = new TerminalEmulator(['monitor', path.basename(runs)], {
  cwd: path.dirname(path.resolve(runs)),
  columns,
  rows,
});
const frames = [];
for (const { keys, shows, seconds } of SCENES) {
  for (const key of keys) {
    terminal.press(key);
    await delay(150);
  }
  await terminal.shows(shows);
  await delay(1500);
  frames.push({ cells: terminal.cells(), seconds });
}
terminal.press('x', 'q');
await terminal.exited;
const title = 'The dashboard: runs with a filter, what differs between two, curves, sample pictures, meters and keys';
writeFileSync(output, await terminalSvg(frames, title));
console.log(`${output}: ${frames.length} screens of ${columns}x${rows}`);
