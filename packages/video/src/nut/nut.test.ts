import t from 'tap';
import type { FrameFormat } from '../frame.ts';
import { bytesOf } from './byte-source.ts';
import { NutReader } from './nut-reader.ts';
import { nutFrameHeader, nutHeader } from './nut-writer.ts';

const FORMAT: FrameFormat = {
  width: 5,
  height: 3,
  hasAlpha: false,
  timeBase: { numerator: 1001, denominator: 30_000 },
  pixelAspect: { numerator: 4, denominator: 3 },
};

function streamOf(frames: readonly { ticks: number; data: Uint8Array }[], format = FORMAT): Uint8Array {
  const parts = frames.flatMap(({ ticks, data }) => [nutFrameHeader(ticks, data.length), data]);
  return Buffer.concat([nutHeader(format), ...parts]);
}

/** In pieces that cut through everything. */
async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const FRAMES = [0, 1, 2, 130, 70_000, 3e9].map((ticks, i) => ({
  ticks,
  // Every value, that of the packets' first byte too.
  data: Uint8Array.from({ length: 45 }, (_, p) => (p * 7 + i * 78) % 256),
}));

t.test('frames, sizes and times of any length survive the pipe', async (t) => {
  for (const size of [1, 7, 1000]) {
    const reader = new NutReader(bytesOf(pieces(streamOf(FRAMES), size)));
    t.same(await reader.format(), FORMAT);
    for (const expected of FRAMES) t.same(await reader.frame(), expected);
    t.equal(await reader.frame(), null);
  }
});

t.test('transparent frames have four bytes a pixel', async (t) => {
  const format = { ...FORMAT, hasAlpha: true };
  const frames = [{ ticks: 4, data: new Uint8Array(60).fill(9) }];
  const reader = new NutReader(bytesOf(pieces(streamOf(frames, format), 50)));
  t.same(await reader.format(), format);
  t.same(await reader.frame(), frames[0]);
});

t.test('a stream that is cut, damaged or something else is no short video', async (t) => {
  const whole = streamOf(FRAMES.slice(0, 2));
  const cut = new NutReader(bytesOf(pieces(whole.subarray(0, whole.length - 1), 64)));
  await cut.format();
  await cut.frame();
  await t.rejects(cut.frame(), /ends inside of a frame/);
  const damaged = Uint8Array.from(whole);
  damaged[40]! ^= 1;
  await t.rejects(new NutReader(bytesOf(pieces(damaged, 64))).format(), /damaged/);
  await t.rejects(new NutReader(bytesOf(pieces(new Uint8Array(100), 64))).format(), /NUT/);
  t.equal(await new NutReader(bytesOf(pieces(new Uint8Array(0), 64))).format(), null, 'nothing at all is no frame');
});
