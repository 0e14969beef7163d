import { spawn } from 'node:child_process';
import { chmod, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeImage, writeMask } from '@instagan/datasets';
import { decodeVideo, findFfmpeg, openMediaInput, probeMedia } from '@instagan/video';
import t, { type Test } from 'tap';
import { parseAllDocuments } from 'yaml';
import { callCli } from '../helpers/cli-in-process.ts';
import { killedAfter, temporaryFolder } from '../helpers/cli-process.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const weights = path.join(repository, 'test/fixtures/parity/authors');
const deploy = path.join(repository, 'deploy');
const cwd = await temporaryFolder(t);
const at = (...parts: string[]) => path.join(cwd, ...parts);
const skip = process.platform === 'win32' && 'needs sh';

const [SIDE, IMAGES, SHARDS] = [32, 12, 3];
for (let n = 1; n <= IMAGES; n++) {
  const name = String(n).padStart(5, '0');
  const data = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => (i * 7 + n * 31) % 256);
  await writeImage(at('photos', `${name}.png`), { width: SIDE, height: SIDE, data });
  const mask = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => (i % SIDE > n && i % SIDE < n + 20 ? 255 : 0));
  await writeMask(at('photos_seg', `${name}_0.png`), { width: SIDE, height: SIDE, data: mask });
}
const sides = ['A', 'B'].flatMap((side) => [
  ...[`--generator-${side.toLowerCase()}`, path.join(weights, `step_net_G_${side}.pth`)],
]);
const imported = await callCli(['import', '--run', 'model', ...sides], cwd);

/** Where the command is installed, `npx` finds it; here it is this repository's. */
await mkdir(at('bin'));
const shim = `#!/bin/sh\nshift\nexec "${process.execPath}" "${repository}packages/tui/bin/instagan.js" "$@"\n`;
await writeFile(at('bin', 'npx'), shim);
await chmod(at('bin', 'npx'), 0o755);

/** A task as an engine starts it. */
function start(command: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const environment = { ...process.env, PATH: `${at('bin')}${path.delimiter}${process.env.PATH}`, ...env };
  const child = spawn(command[0] as string, command.slice(1), { cwd, env: environment });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  return new Promise((resolve) => child.on('close', (code) => resolve(`${output}exit ${code}`)));
}

/** Runs all shards at once; the second is killed when it has finished something, and then started again. */
async function runShards(
  t: Test,
  task: (number: number, env?: Readonly<Record<string, string>>) => Promise<string>,
): Promise<string[]> {
  const killed = task(2, killedAfter(/(image|part)-[^/]*\.json$/));
  const [first, third] = [task(1), task(3)];
  t.match(await killed, /exit null$/, 'the second was at work when it was killed');
  return Promise.all([first, task(2), third]);
}

t.test('a Slurm array translates a folder of images as one process does, killed and restarted', { skip }, async (t) => {
  t.equal(imported.code, 0, imported.stderr);
  const script = path.join(deploy, 'slurm-shards.sh');
  const options = ['--run', 'model', '--sheet', 'sheet.png', '--backend', 'wasm', '--threads', '1'];
  const task = (number: number, env = {}) =>
    start(['sh', script, 'translate', 'photos', 'out', ...options], {
      SLURM_ARRAY_TASK_ID: `${number}`,
      SLURM_ARRAY_TASK_COUNT: `${SHARDS}`,
      ...env,
    });
  const early = await start(['sh', script, 'translate', 'photos', 'out'], {});
  t.match(early, /out\.parts holds no shard[\s\S]*exit 2/);
  const [first, again, third] = await runShards(t, task);
  t.match(again, /images? done before[\s\S]*4 images translated into out\n[\s\S]*exit 0/);
  for (const whole of [first, third]) t.match(whole, /4 images translated into out\n[\s\S]*exit 0/);
  t.match(await task(3), /4 images done before[\s\S]*exit 0/, 'a shard that is done does nothing');
  const other = await start(['sh', script, 'translate', 'photos', 'out', ...options, '--max-instances', '1'], {
    SLURM_ARRAY_TASK_ID: '3',
    SLURM_ARRAY_TASK_COUNT: `${SHARDS}`,
  });
  t.match(other, /begun with another instances[\s\S]*exit 2/, 'other settings are not mixed in');
  const joined = await start(['sh', script, 'translate', 'photos', 'out', '--sheet', 'shards.png'], {});
  t.match(joined, /^12 images translated into out\nContact sheet: shards\.png.*\nexit 0$/);

  const whole = await callCli(['translate', '--input', 'photos', '--output', 'whole', ...options], cwd);
  t.equal(whole.code, 0, whole.stderr);
  t.ok((await readFile(at('shards.png'))).equals(await readFile(at('sheet.png'))), 'and the sheet');
  for (const folder of ['', '_seg']) {
    const namesIn = async (where: string) => (await readdir(at(where))).filter((name) => !name.startsWith('.'));
    const names = await namesIn(`whole${folder}`);
    t.same(await namesIn(`out${folder}`), names);
    for (const name of names) {
      const [one, many] = [await readFile(at(`whole${folder}`, name)), await readFile(at(`out${folder}`, name))];
      t.ok(one.equals(many), name);
    }
  }
  t.notOk((await readdir(cwd)).some((name) => name.endsWith('.parts')));
});

t.test('what a shard cannot translate is told when it is joined, and no image is forgotten', { skip }, async (t) => {
  await mkdir(at('few'));
  await copyFile(at('photos', '00001.png'), at('few', '00001.png'));
  const shard = ['translate', '--run', 'model', '--input', 'few', '--output', 'few-out', '--masks', 'photos_seg'];
  const only = [...shard, '--backend', 'wasm', '--threads', '1', '--shard', '1/1'];
  t.equal((await callCli(only, cwd)).code, 0);
  await writeFile(at('few', '00002.png'), 'no picture');
  const join = ['translate', '--input', 'few', '--output', 'few-out', '--join', '--json'];
  const forgotten = await callCli(join, cwd);
  t.equal(forgotten.code, 1);
  t.match(forgotten.stderr, /00002\.png is in no shard of few-out: run the shards again, then join/);
  t.equal((await callCli(only, cwd)).code, 1);
  const joined = await callCli(join, cwd);
  t.equal(joined.code, 1, 'one image failed');
  t.match(JSON.parse(joined.stdout), { images: [{ name: '00001' }], failed: [{ input: /00002\.png/ }] });
});

t.test('a Kubernetes indexed Job translates a video, with pods killed and restarted', { skip }, async (t) => {
  const [config, shards, join] = parseAllDocuments(
    await readFile(path.join(deploy, 'kubernetes-shards.yaml'), 'utf8'),
  ).map((document) => document.toJS() as Manifest);
  const env = {
    ...config?.data,
    ...{ INPUT: 'photos/%05d.png', OUTPUT: 'video.mkv', SHARDS: `${SHARDS}` },
    OPTIONS: '--run model --masks photos_seg --backend wasm --threads 1 --segment-frames 2 --codec ffv1',
  };
  const pod = (manifest: Manifest | undefined, index: Record<string, string>) => {
    const [{ command, args }] = (manifest as Required<Manifest>).spec.template.spec.containers;
    return start([...command, ...args], { ...env, ...index });
  };
  await runShards(t, (number, env) => pod(shards, { JOB_COMPLETION_INDEX: `${number - 1}`, ...env }));
  t.match(await pod(join, { JOIN_OPTIONS: '--codec ffv1' }), /^12 frames joined into video\.mkv\nexit 0$/);
  const opened = await openMediaInput(at('video.mkv'));
  const ffmpeg = await findFfmpeg();
  const { frames } = await decodeVideo(ffmpeg, opened, await probeMedia(ffmpeg, opened));
  let count = 0;
  for await (const _ of frames) count++;
  t.equal(count, IMAGES);
});

interface Container {
  readonly command: readonly string[];
  readonly args: readonly string[];
}

interface Manifest {
  readonly data?: Record<string, string>;
  readonly spec?: { readonly template: { readonly spec: { readonly containers: readonly [Container] } } };
}
