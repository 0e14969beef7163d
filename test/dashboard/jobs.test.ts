import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { callCli } from '../helpers/cli-in-process.ts';
import { jobsIn, runCli, temporaryFolder } from '../helpers/cli-process.ts';
import { TerminalEmulator } from '../helpers/terminal-emulator.ts';

t.setTimeout(240_000);
const cwd = await temporaryFolder(t);
const weights = fileURLToPath(new URL('../fixtures/parity/authors/', import.meta.url));
const files = ['a', 'b'].flatMap((side) => [
  `--generator-${side}`,
  path.join(weights, `step_net_G_${side.toUpperCase()}.pth`),
]);
const imported = await callCli(['import', '--run', 'model', ...files], cwd);
const drawn = await callCli('dataset draw --output meadow --count 12 --size 48x48'.split(' '), cwd);
t.same([imported.code, drawn.code], [0, 0], 'there are a model and images');
const TRANSLATE = 'translate --run model --input meadow/trainA --backend wasm --threads 1'.split(' ');

function open(t: Test, ...args: string[]): TerminalEmulator {
  const terminal = new TerminalEmulator(args, { cwd });
  t.teardown(() => terminal.process.kill('SIGKILL'));
  return terminal;
}

t.test('translating shows a bar with rate and ETA, and a second terminal follows', async (t) => {
  const job = open(t, ...TRANSLATE, '--output', 'out');
  await job.shows(/\n\[=*>? *\] image \d+\/12 +[\d.]+ images\/s/);
  job.process.kill('SIGSTOP');
  const second = open(t, 'monitor', 'out');
  await second.shows(/^ translate trainA {2}● running/);
  await second.shows(/input \/.*meadow\/trainA\s+output \/.*out/);
  second.press('p');
  await second.shows(/nothing to control/);
  job.process.kill('SIGCONT');
  t.match(await job.exited, { exitCode: 0 });
  t.notMatch(job.screen(), /\[=+/, 'the bar is gone at the end');
  t.match(job.screen(), /\[12\/12\] out\/sheep-00012\.png[\s\S]*12 images translated into out/);
  await second.shows(/● completed .* 100 % +image 12\/12/);
  await second.shows(/sheep-00012\.png\n▀{10}/);
  t.same(
    readdirSync(path.join(cwd, 'out')).filter((name) => !name.startsWith('.')).length,
    12,
    'nothing but images is in the output',
  );
});

t.test('Ctrl-C ends a job between two images, and the log says so', async (t) => {
  const job = open(t, ...TRANSLATE, '--output', 'half', '--size', '256x256');
  await job.shows(/\[1\/12\]/);
  job.press('ctrl-c');
  t.match(await job.exited, { exitCode: 130 });
  t.match(job.screen(), /SIGINT: stopping after this image[\s\S]*Stopped: \d+ images left to translate/);
  const table = await callCli(['monitor'], cwd);
  t.match(table.stdout, /translate trainA +interrupted +\d+\/12/);
});

t.test(
  'a job that is killed is seen to be gone; without a terminal jobs print lines, and none is named twice',
  async (t) => {
    const job = open(t, ...TRANSLATE, '--output', 'killed', '--size', '256x256');
    await job.shows(/\[1\/12\]/);
    job.process.kill('SIGKILL');
    await job.exited;
    const followed = await callCli(['monitor', 'killed', '--ui', 'plain'], cwd);
    t.match(followed.stdout, /job-started +translate .*trainA -> .*killed/);
    const plain = await runCli([...TRANSLATE, '--output', 'plain'], cwd);
    t.notMatch(plain.stdout, /\[=|\r/, 'no bar');
    t.notOk(plain.stdout.includes('\u001b'));
    t.match(plain.stdout, /\[12\/12\]/);
    const json = await callCli(['monitor', '--ui', 'json'], cwd);
    const jobs = JSON.parse(json.stdout) as { run: string; job: string; state: string }[];
    t.match(jobs[0], { job: 'translate trainA', state: 'completed', step: 12 });
    t.ok(jobs.some(({ state }) => state === 'lost'));
    t.ok(jobs.every(({ run }) => run.startsWith(jobsIn(cwd))));
    const none = await callCli(['monitor', 'nowhere'], cwd);
    t.match(none.stderr, /no job writes there/);
    t.ok(existsSync(path.join(cwd, 'plain', 'sheep-00001.png')));
  },
);
