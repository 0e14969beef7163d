import t from 'tap';
import { FrameMemory } from './frame-memory.ts';

t.test('memory that is given back is used again, for frames of its size', async (t) => {
  const memory = new FrameMemory();
  const [a, b] = [memory.take(12), memory.take(12)];
  t.not(a.buffer, b.buffer, 'each has its own');
  t.equal(a.length, 12);
  memory.giveBack(a);
  t.not(memory.take(16), a);
  t.equal(memory.take(12), a);
  t.not(memory.take(12), a, 'once');
});

t.test('what is given back twice has one next owner, and what is foreign has none', async (t) => {
  const memory = new FrameMemory();
  const own = memory.take(4);
  memory.giveBack(own);
  memory.giveBack(own);
  memory.giveBack(new Uint8Array(4));
  memory.giveBack(own.subarray(0, 4));
  t.equal(memory.take(4), own);
  const fresh = [memory.take(4), memory.take(4)];
  t.not(fresh[0], own);
  t.not(fresh[1], fresh[0]);
});
