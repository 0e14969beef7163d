import t from 'tap';
import { bytesFromMask, bytesFromSoftMasks, bytesFromValues, maskFromBytes, valuesFromBytes } from './pixel-values.ts';

t.test('every byte survives the way to the network and back', async (t) => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  t.same(bytesFromValues(valuesFromBytes(bytes)), bytes);
});

t.test('values outside [-1, 1] are clamped, not wrapped around', async (t) => {
  t.same([...bytesFromValues(Float32Array.of(-3, 1.2, Number.POSITIVE_INFINITY, 0))], [0, 255, 255, 128]);
});

t.test('masks are cut in the middle, both ways', async (t) => {
  t.same([...maskFromBytes(Uint8Array.of(0, 127, 128, 255))], [-1, -1, 1, 1]);
  t.same([...bytesFromMask(Float32Array.of(-1, 0, 0.01, 1))], [0, 0, 255, 255]);
});

t.test('soft masks add up to their union: many faint masks do not vanish by rounding', async (t) => {
  const faint = 0.4 / 127.5 - 1;
  const masks = [
    new Float32Array([faint, 1, -1]),
    new Float32Array([faint, 1, -1]),
    new Float32Array([faint, -1, 0.5]),
  ];
  const bytes = bytesFromSoftMasks(masks);
  t.same(
    [0, 1, 2].map((i) => bytes.reduce((sum, mask) => sum + (mask[i] as number), 0)),
    [1, 510, 191],
  );
  t.same([...(bytes[0] as Uint8Array)], [0, 255, 0], 'a mask alone is rounded to the nearest');
});
