// Records the dashboard for the README: opens a run in a terminal emulator, presses keys, and writes what was on the screen
// as an SVG that plays.
//
//   node scripts/record-dashboard.js RUN docs/images/dashboard.svg
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { register } from 'tsx/esm/api';
import { terminalSvg } from './record/terminal-svg.js';

register();
const { TerminalEmulator } = await import('../test/helpers/terminal-emulator.ts');

const [run, output] = process.argv.slice(2);
if (run === undefined || output === undefined) {
  console.error('usage: node scripts/record-dashboard.js RUN OUTPUT.svg');
  process.exit(2);
}

/** Keys, what they bring onto the screen, and how long it is shown. */
const SCENES = [
  { keys: [], shows: /▀{30}/, seconds: 4 },
  { keys: ['l'], shows: /log, smoothed/, seconds: 2 },
  { keys: ['+', 'left', 'left'], shows: /step \d+ {2}/, seconds: 3 },
  { keys: ['escape', '3'], shows: /▀{60}/, seconds: 2 },
  ...[1, 2, 3].map(() => ({
    keys: ['[', '[', '[', '[', '[', '['],
    shows: /esc for the newest[\s\S]*▀{60}/,
    seconds: 1.5,
  })),
  { keys: ['escape', '2', 'g'], shows: /adversarial losses/, seconds: 2.5 },
  { keys: ['?'], shows: /─ keys ─/, seconds: 3 },
];

const terminal = new TerminalEmulator(['monitor', path.basename(run)], {
  cwd: path.dirname(path.resolve(run)),
  columns: 128,
  rows: 36,
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
writeFileSync(output, await terminalSvg(frames, 'The dashboard of a run: curves, sample pictures, events and keys'));
console.log(`${output}: ${frames.length} screens`);
