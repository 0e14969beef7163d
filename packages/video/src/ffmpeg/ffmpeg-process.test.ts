import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { ffmpeg } from '../test-support/media.ts';
import { runFfmpeg, startFfmpeg } from './ffmpeg-process.ts';

const skip = process.platform === 'win32' && 'has no process groups';

/** Encodes for ever without reading or writing a pipe: no broken pipe ends it. */
const ENDLESS = ['-re', '-f', 'lavfi', '-i', 'testsrc=s=16x16', '-f', 'null', '-'];

function isAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

async function dies(group: number): Promise<boolean> {
  for (let i = 0; i < 100 && isAlive(group); i++) await delay(20);
  return !isAlive(group);
}

t.test('an ffmpeg ends with the process that started it, also when that is killed', { skip }, async (t) => {
  const module = fileURLToPath(new URL('./ffmpeg-process.ts', import.meta.url));
  const program = `
    import { startFfmpeg } from ${JSON.stringify(module)};
    const running = startFfmpeg(${JSON.stringify(ffmpeg)}, ${JSON.stringify(ENDLESS)});
    running.stdout.resume();
    console.log(running.pid);
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = (await once(parent.stdout, 'data')) as [Buffer];
  const group = Number(text.toString());
  t.ok(isAlive(group));
  parent.kill('SIGKILL');
  t.ok(await dies(group));
});

t.test('kill ends ffmpeg at once, and the end is told', { skip }, async (t) => {
  const running = startFfmpeg(ffmpeg, ENDLESS);
  running.stdout.resume();
  running.kill();
  t.equal((await running.ended).exitCode, null);
  t.ok(await dies(running.pid as number));
});

t.test('exit codes, messages and a missing program come through', async (t) => {
  const wrong = await runFfmpeg(ffmpeg, ['-i', 'no-such-file.mp4']);
  t.ok(wrong.exitCode !== 0);
  t.match(wrong.messages.join(' '), /No such file/);
  t.equal((await runFfmpeg({ ...ffmpeg, path: '/no/such/ffmpeg' }, [])).exitCode, 127);
  t.equal((await runFfmpeg(ffmpeg, ['-version'])).exitCode, 0);
});

t.test('standard input and output are those of ffmpeg', async (t) => {
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'gray', '-s', '2x2'];
  const running = startFfmpeg(ffmpeg, [...raw, '-i', 'pipe:0', '-f', 'rawvideo', 'pipe:1']);
  running.stdin.end(Uint8Array.of(1, 2, 3, 4));
  t.same(await running.stdout.toArray().then(Buffer.concat), Buffer.of(1, 2, 3, 4));
  t.equal((await running.ended).exitCode, 0);
});
