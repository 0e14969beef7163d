import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeImage, writeMask } from '@instagan/datasets';
import { decodeVideo, findFfmpeg, openMediaInput, probeMedia } from '@instagan/video';
import t from 'tap';
import { callCli } from '../helpers/cli-in-process.ts';
import { killedAfter, runCli, startCli, temporaryFolder } from '../helpers/cli-process.ts';

const weights = fileURLToPath(new URL('../fixtures/parity/authors/', import.meta.url));
const cwd = await temporaryFolder(t);
const at = (...parts: string[]) => path.join(cwd, ...parts);
const ffmpeg = await findFfmpeg();

const [WIDTH, HEIGHT, FRAMES] = [32, 24, 40];

/** Pictures of a square that walks to the right, with its mask. */
await mkdir(at('walk'));
for (let n = 1; n <= FRAMES; n++) {
  const name = String(n).padStart(5, '0');
  const isSquare = (i: number) => {
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
    return x >= n / 2 && x < n / 2 + 10 && y >= 8 && y < 18;
  };
  const data = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => (isSquare(Math.floor(i / 3)) ? 230 : 60));
  await writeImage(at('walk', `${name}.png`), { width: WIDTH, height: HEIGHT, data });
  const mask = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => (isSquare(i) ? 255 : 0));
  await writeMask(at('walk_seg', `${name}_0.png`), { width: WIDTH, height: HEIGHT, data: mask });
}

const imported = await callCli(
  ['import', '--run', 'model'].concat(
    ['--generator-a', path.join(weights, 'step_net_G_A.pth')],
    ['--generator-b', path.join(weights, 'step_net_G_B.pth')],
  ),
  cwd,
);
const COMMAND =
  'video --run model --input walk/%05d.png --masks walk_seg --backend wasm --threads 1 --crf 1 --part-frames 8';

async function framesOf(file: string): Promise<Uint8Array[]> {
  const input = await openMediaInput(at(file));
  const { frames } = await decodeVideo(ffmpeg, input, await probeMedia(ffmpeg, input));
  const all: Uint8Array[] = [];
  for await (const { data } of frames) all.push(data);
  return all;
}

t.test('a video is translated with the masks of its frames', async (t) => {
  t.equal(imported.code, 0, imported.stderr);
  const { code, stdout, stderr } = await runCli([...COMMAND.split(' '), '--output', 'whole.mp4', '--json'], cwd);
  t.equal(code, 0, stderr);
  t.match(JSON.parse(stdout), { frames: FRAMES, width: WIDTH, height: HEIGHT, encoder: 'libx264', stopped: false });
  const frames = await framesOf('whole.mp4');
  t.equal(frames.length, FRAMES);
  t.notSame(frames[3], frames[30]);
});

t.test('killed at any moment, it goes on with --resume: every frame once, the same pictures', async (t) => {
  const command = [...COMMAND.split(' '), '--output', 'killed.mp4', '--codec', 'h264'];
  const killed = await startCli(command, cwd, killedAfter(/part-00000008\.json$/)).ended;
  t.equal(killed.code, null, killed.stdout);
  t.notOk(existsSync(at('killed.mp4')), 'no half file under the final name');
  const { code, stderr, stdout } = await runCli([...command, '--resume'], cwd);
  t.equal(code, 0, stderr);
  t.match(stdout, /frames done before/);
  const [whole, resumed] = [await framesOf('whole.mp4'), await framesOf('killed.mp4')];
  t.equal(resumed.length, FRAMES);
  const largest = whole.map((data, n) =>
    Math.max(...data.map((value, i) => Math.abs(value - (resumed[n]?.[i] ?? 999)))),
  );
  t.ok(Math.max(...largest) <= 12, `frames differ by ${Math.max(...largest)} at most`);
});

t.test('Ctrl-C leaves a file that plays', async (t) => {
  const running = startCli([...COMMAND.split(' '), '--output', 'stopped.mp4'], cwd);
  const record = at('stopped.mp4.parts', 'shard-1-of-1', 'part-00000000.json');
  while (!existsSync(record) && running.child.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 20));
  running.child.kill('SIGINT');
  const { code, stderr, stdout } = await running.ended;
  t.equal(code, 130, stderr);
  t.match(stdout, /Stopped after \d+ frames\. stopped\.mp4 plays that far/);
  const frames = await framesOf('stopped.mp4');
  t.ok(frames.length >= 8 && frames.length < FRAMES);
});

t.test('wrong use is told in a sentence', async (t) => {
  const results = await Promise.all(
    [
      'video --run model --input walk/%05d.png --output x.mp4',
      'video --input walk/%05d.png --masks walk_seg --output x.mp4',
      'video --run model --input walk/%05d.png --masks none --output x.mp4',
      'video --run model --input rtmp://a/b --masks walk_seg --output x.mp4 --backend cpu',
      'video --input walk/%05d.png --output x.mp4 --shard 5/4',
      'video --input walk/%05d.png --output x.mp4 --join',
    ].map((args) => callCli(args.split(' '), cwd)),
  );
  t.same(
    results.map(({ code }) => code),
    [2, 2, 1, 2, 2, 2],
  );
  const wanted = [
    /give --segmenter RUN/,
    /Give --run RUN/,
    /no folder of masks/,
    /begins with http/,
    /1\/4/,
    /holds no shard/,
  ];
  for (const [i, { stderr }] of results.entries()) t.match(stderr, wanted[i] as RegExp);
});
