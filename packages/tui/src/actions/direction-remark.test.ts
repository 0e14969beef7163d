import t from 'tap';
import { directionRemark } from './direction-remark.ts';

t.test('images of the other domain are pointed out, where their folder tells it', async (t) => {
  t.match(
    directionRemark('set/testB', 'AtoB'),
    /^set\/testB holds images of domain B, .* did you mean --direction BtoA\?$/,
  );
  t.match(directionRemark('set/trainA/one.jpg', 'BtoA'), /did you mean --direction AtoB\?$/);
  for (const [input, direction] of [
    ['set/testA', 'AtoB'],
    ['set/testB/', 'BtoA'],
    ['photos', 'AtoB'],
    ['photos/attestB', 'AtoB'],
    ['set/testA/testB.png', 'AtoB'],
  ] as const) {
    t.equal(directionRemark(input, direction), null, `${input} ${direction}`);
  }
});
