import t from 'tap';
import { laterTimecode } from './timecode.ts';

t.test('a timecode goes on by frames, over minutes, hours and midnight', async (t) => {
  t.equal(laterTimecode('01:00:00:00', 25, 0), '01:00:00:00');
  t.equal(laterTimecode('00:59:59:24', 25, 1), '01:00:00:00');
  t.equal(laterTimecode('10:11:12:10', 25, 25 * 3661 + 5), '11:12:13:15');
  t.equal(laterTimecode('23:59:59:23', 23.976, 1), '00:00:00:00');
});

t.test('drop frame leaves out the first two numbers of each minute, but of the tenth', async (t) => {
  t.equal(laterTimecode('00:00:59;29', 29.97, 1), '00:01:00;02');
  t.equal(laterTimecode('00:09:59;29', 29.97, 1), '00:10:00;00');
  t.equal(laterTimecode('00:00:00;00', 29.97, 17_982), '00:10:00;00', 'ten minutes of 30000/1001 frames');
  t.equal(laterTimecode('00:00:00;00', 29.97, 107_892), '01:00:00;00');
  t.equal(laterTimecode('00:00:59;59', 59.94, 1), '00:01:00;04');
  t.equal(laterTimecode('23:59:59;29', 29.97, 1), '00:00:00;00');
});

t.test('what is no timecode of that rate is none', async (t) => {
  for (const [text, fps] of [
    ['01:00', 25],
    ['00:00:00:25', 25],
    ['00:00:00;00', 25],
    ['00:00:00:00', 11],
  ] as const)
    t.equal(laterTimecode(text, fps, 1), null, text);
});
