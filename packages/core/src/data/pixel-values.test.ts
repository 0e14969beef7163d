import t from 'tap';
import { bytesFromMask, bytesFromValues, maskFromBytes, valuesFromBytes } from './pixel-values.ts';

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
