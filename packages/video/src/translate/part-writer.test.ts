import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { chooseEncoder } from '../encode/choose-encoder.ts';
import { outputFormat } from '../encode/output-format.ts';
import type { FrameFormat } from '../frame.ts';
import { FrameMemory } from '../frame-memory.ts';
import { bytesOf } from '../nut/byte-source.ts';
import { NutReader } from '../nut/nut-reader.ts';
import { openParts } from '../parts/part-folder.ts';
import { ffmpeg, temporaryFolder } from '../test-support/media.ts';
import { PartWriter } from './part-writer.ts';

const folder = await temporaryFolder(t);
/** Larger than what waits in a pipe. */
const FORMAT: FrameFormat = {
  width: 640,
  height: 360,
  hasAlpha: false,
  timeBase: { numerator: 1, denominator: 10 },
  pixelAspect: { numerator: 1, denominator: 1 },
};
const FRAMES = 20;
const FRAMES_OF_PART = 6;

/** Memory that is overwritten as soon as it is given back. */
class SpoiltMemory extends FrameMemory {
  givenBack = 0;
  readonly places = new Set<ArrayBufferLike>();

  override take(bytes: number): Uint8Array {
    const data = super.take(bytes);
    this.places.add(data.buffer);
    return data;
  }

  override giveBack(data: Uint8Array): void {
    this.givenBack++;
    data.fill(0xee);
    super.giveBack(data);
  }
}

/** In place of ffmpeg: keeps what is written to it as the file that it is to make, and reads slowly. */
async function slowCopier(): Promise<string> {
  const program = join(folder, 'copier.cjs');
  await writeFile(
    program,
    `#!${process.execPath}
const { openSync, readSync, writeSync } = require('node:fs');
const file = openSync(process.argv.at(-1).replace(/^file:/, ''), 'w');
const bytes = Buffer.alloc(50_000);
for (;;) {
  const count = readSync(0, bytes);
  if (count === 0) break;
  writeSync(file, bytes, 0, count);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}
`,
  );
  await chmod(program, 0o755);
  return program;
}

/** Pixels that tell their frame. */
function paint(data: Uint8Array, frame: number): void {
  for (let i = 0; i < data.length; i++) data[i] = (7 * frame + i) % 251;
}

for (const compares of [false, true]) {
  t.test(
    `a frame is not given back before the encoder has read it${compares ? ', compared' : ', and at the end of a part read it again'}`,
    { skip: process.platform === 'win32' },
    async (t) => {
      const encoder = await chooseEncoder(ffmpeg, outputFormat('out.mkv', false, { codec: 'ffv1' }));
      const parts = await openParts(join(folder, `parts-${compares}`), { plan: {}, ending: 'mkv', resumes: false });
      const memory = new SpoiltMemory();
      const writer = new PartWriter({ ...ffmpeg, path: await slowCopier() }, encoder, parts, FORMAT, {
        ...{ keepsAlpha: false, compares, partFrames: FRAMES_OF_PART, firstFrame: 0, secondsPerFrame: 0.1, memory },
      });
      for (let index = 0; index < FRAMES; index++) {
        const data = memory.take(FORMAT.width * FORMAT.height * 3);
        paint(data, index);
        await writer.write({ index, ticks: index, original: data, data, instances: [], masks: [] });
      }
      await writer.finish(null);
      t.ok(memory.givenBack >= FRAMES, `${memory.givenBack} times`);
      t.ok(memory.places.size <= 6, `${memory.places.size} frames in use at once`);
      let index = 0;
      const expected = new Uint8Array(FORMAT.width * FORMAT.height * 3);
      for (const { file, frames } of await parts.parts()) {
        const reader = new NutReader(bytesOf(chunksOf(await readFile(file))));
        const { width } = (await reader.format()) as FrameFormat;
        for (let n = 0; n <= frames; n++) {
          const { data } = (await reader.frame()) as { data: Uint8Array };
          // The last one is written twice.
          if (n < frames) paint(expected, index++);
          t.ok(firstColumns(data, width).equals(expected), `frame ${index - 1}`);
        }
        t.equal(await reader.frame(), null);
      }
      t.equal(index, FRAMES);
      await parts.close();
    },
  );
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** As many columns as a frame has: of a comparison, the original. */
function firstColumns(data: Uint8Array, width: number): Buffer {
  const rows = Array.from({ length: FORMAT.height }, (_, y) =>
    data.subarray(3 * y * width, 3 * (y * width + FORMAT.width)),
  );
  return Buffer.concat(rows);
}
