import path from 'node:path';
import t from 'tap';
import { temporaryFolder } from '../helpers/cli-process.ts';
import { makeRun } from '../helpers/made-run.ts';
import { TerminalEmulator } from '../helpers/terminal-emulator.ts';
import { findRuntime } from '../runtime/runtime-command.ts';

t.setTimeout(120_000);
const cwd = await temporaryFolder(t);
await makeRun(path.join(cwd, 'meadow'), { steps: 60 });

// All are found before the first test, as tap ends a file that awaits something between two.
const runtimes = { bun: await findRuntime('bun'), deno: await findRuntime('deno') };

for (const [name, runtime] of Object.entries(runtimes)) {
  const skip = typeof runtime === 'string' ? runtime : false;
  t.test(`the dashboard is shown on ${name}, takes keys and leaves`, { skip }, async (t) => {
    if (typeof runtime === 'string') return;
    // The first of the arguments is Node, in whose place the other runtime starts.
    const script = `shift; exec ${[runtime.command, ...runtime.args].join(' ')} "$@"`;
    const terminal = new TerminalEmulator(['monitor', 'meadow'], { cwd, script });
    t.teardown(() => terminal.process.kill('SIGKILL'));
    await terminal.shows(/meadow {2}● lost[\s\S]*cycleA \d/);
    terminal.press('4');
    await terminal.shows(/─ events ─[\s\S]*training starts/);
    terminal.press('q');
    t.match(await terminal.exited, { exitCode: 0 });
  });
}
