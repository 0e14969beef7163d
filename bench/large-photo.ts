// What translating a photo of 12 megapixels takes, with ten masks, by `instagan translate` in a process of its own: its time and
// peak memory, beside ten pictures of the size that the model was trained on, or of --small. And whether a byte changed beyond the rims.
//
//   npx tsx bench/large-photo.ts --run DIR [--backend NAME] [--size HxW] [--small HxW] [--json]
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readRunConfig, translationConfigs } from '@instagan/core';
import { drawDataset, listInputs, loadInput, readImage, writeImage, writeMask } from '@instagan/datasets';

const MASKS = 10;
const RIM_PX = 8;
const CLI = fileURLToPath(new URL('../packages/tui/bin/instagan.js', import.meta.url));

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    run: text,
    backend: { ...text, default: 'wasm' },
    size: { ...text, default: '3000x4000' },
    small: text,
    json: { type: 'boolean' },
  },
});
if (values.run === undefined) throw new Error('Give --run DIR, a run of "instagan train".');
const [height = 0, width = 0] = values.size.split('x').map(Number);
const folder = await mkdtemp(path.join(tmpdir(), 'instagan-bench-'));
try {
  const trained = (await readRunConfig(translationConfigs, values.run)).size;
  const [smallHeight, smallWidth] = values.small?.split('x').map(Number) ?? [];
  const size = { height: smallHeight ?? trained.height, width: smallWidth ?? trained.width };
  const photo = await drawPhoto();
  const small = path.join(folder, 'small');
  await drawDataset({ output: small, count: 1, testCount: MASKS, seed: 5, ...size });
  const one = await translate(path.join(small, 'testA'), 'small-out', ['--max-instances', '1', '--region', 'image']);
  const whole = await translate(path.join(folder, 'photo'), 'photo-out', ['--rim', String(RIM_PX)]);
  const [masks, touchedPx] = await touched(photo);
  const result = {
    width,
    height,
    masks,
    photo: whole,
    smallPictures: { ...size, count: MASKS, ...one },
    ratio: whole.seconds / one.seconds,
    touchedPx,
  };
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else {
    const row = (name: string, { seconds, peakMiB }: Measured) =>
      process.stdout.write(
        `${name.padEnd(44)}${seconds.toFixed(1).padStart(7)} s${Math.round(peakMiB).toString().padStart(8)} MiB\n`,
      );
    row(`${width}x${height} JPEG, ${masks} masks`, whole);
    row(`${MASKS} pictures of ${size.width}x${size.height}, an instance each`, one);
    process.stdout.write(`ratio ${result.ratio.toFixed(2)}; pixels changed beyond a rim of ${RIM_PX}: ${touchedPx}\n`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

interface Measured {
  /** From the start of the process to its end. */
  readonly seconds: number;
  readonly peakMiB: number;
}

/** Drawn scenes side by side, until there are enough animals. @returns the image as it is decoded again */
async function drawPhoto(): Promise<Uint8Array> {
  const drawn = path.join(folder, 'drawn');
  const half = width / 2;
  await drawDataset({ output: drawn, count: 1, testCount: 40, seed: 9, height: height / 4, width: half / 4 });
  const inputs = await Promise.all(
    (await listInputs(path.join(drawn, 'testA'), path.join(drawn, 'testA_seg'))).map((each) => loadInput(each)),
  );
  const full = inputs.toSorted((a, b) => b.masks.length - a.masks.length).slice(0, 2);
  const image = new Uint8Array(width * height * 3);
  let number = 0;
  for (const [side, input] of full.entries()) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < half; x++) {
        const from = (Math.floor(y / 4) * input.width + Math.floor(x / 4)) * 3;
        image.set(input.image.subarray(from, from + 3), (y * width + side * half + x) * 3);
      }
    }
    for (const mask of input.masks) {
      const data = new Uint8Array(width * height);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < half; x++) {
          data[y * width + side * half + x] = mask[Math.floor(y / 4) * input.width + Math.floor(x / 4)] as number;
        }
      }
      await writeMask(path.join(folder, `photo_seg/photo_${number++}.png`), { width, height, data });
    }
  }
  const file = path.join(folder, 'photo/photo.jpg');
  await writeImage(file, { width, height, data: image });
  return (await readImage(file)).data;
}

/** Runs the command, and reads its peak memory from the system as long as it lives (Linux). */
async function translate(input: string, output: string, options: readonly string[]): Promise<Measured> {
  const args = ['translate', '--run', values.run as string, '--input', input, '--output', path.join(folder, output)];
  const beganMs = performance.now();
  const child = spawn(process.execPath, [CLI, ...args, '--backend', values.backend, ...options], {
    stdio: 'ignore',
  });
  let peakMiB = Number.NaN;
  const timer = setInterval(async () => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    const [, kibibytes] = /VmHWM:\s+(\d+) kB/.exec(status) ?? [];
    if (kibibytes !== undefined) peakMiB = Number(kibibytes) / 1024;
  }, 20);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(`instagan translate ended with code ${code}.`);
  return { seconds: (performance.now() - beganMs) / 1000, peakMiB };
}

/** Masks of the photo, and pixels that changed farther from any mask than the rim. */
async function touched(before: Uint8Array): Promise<[masks: number, px: number]> {
  const after = (await readImage(path.join(folder, 'photo-out/photo.png'))).data;
  const near = new Uint8Array(width * height);
  const [inputs] = await listInputs(path.join(folder, 'photo'), path.join(folder, 'photo_seg'));
  const [outputs] = await listInputs(path.join(folder, 'photo-out'), path.join(folder, 'photo-out_seg'));
  for (const files of [inputs, outputs]) {
    for (const mask of (await loadInput(files!)).masks) {
      for (let i = 0; i < mask.length; i++) {
        if ((mask[i] as number) <= 127) continue;
        for (let dy = -RIM_PX; dy <= RIM_PX; dy++)
          near.fill(1, Math.max(0, i + dy * width - RIM_PX), i + dy * width + RIM_PX + 1);
      }
    }
  }
  const px = near.reduce((sum, value, i) => {
    const changed = [0, 1, 2].some((c) => before[3 * i + c] !== after[3 * i + c]);
    return sum + (value === 0 && changed ? 1 : 0);
  }, 0);
  return [inputs?.masks.length ?? 0, px];
}
