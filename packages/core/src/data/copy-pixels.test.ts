import t from 'tap';
import { copyPixels } from './sample.ts';

t.test('a copy of pixels shares no memory with them, whatever holds them', async (t) => {
  for (const pixels of [
    Buffer.from([1, 2, 3]),
    Uint8Array.of(1, 2, 3),
    Uint16Array.of(1, 2, 3),
    Float32Array.of(1, 2, 3),
  ]) {
    const copy = copyPixels(pixels);
    copy[0] = 9;
    t.same([...pixels], [1, 2, 3], pixels.constructor.name);
    t.same([...copy], [9, 2, 3]);
  }
});
