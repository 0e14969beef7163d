import t from 'tap';
import { progressLine } from './progress-line.ts';

t.test('progress says how far, how fast and how long still', async (t) => {
  const progress = { item: 'image', total: 40 };
  t.equal(
    progressLine({ ...progress, done: 10, secondsEach: 0.5 }),
    '[=====>                  ] image 10/40  2.00 images/s  ETA 15 s',
  );
  t.equal(progressLine({ ...progress, done: 0, secondsEach: undefined }), `[${' '.repeat(24)}] image 0/40`);
  t.equal(progressLine({ ...progress, done: 40, secondsEach: 2 }), `[${'='.repeat(24)}] image 40/40  0.500 images/s`);
  t.equal(progressLine({ item: 'frame', done: 7, total: null, secondsEach: 0.1 }), 'frame 7  10.0 frames/s');
  t.match(progressLine({ ...progress, total: 0, done: 0, secondsEach: undefined }), /^\[=+\] image 0\/0$/);
});
