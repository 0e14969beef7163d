import t from 'tap';
import { bfloat16ToFloat, floatToHalf, halfToFloat } from './half-float.ts';

t.test('every half survives the way to float and back: exported weights keep their value', async (t) => {
  let wrong = 0;
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = halfToFloat(bits);
    if (Number.isNaN(value)) {
      if (!Number.isNaN(halfToFloat(floatToHalf(value)))) wrong++;
    } else if (floatToHalf(value) !== bits) wrong++;
  }
  t.equal(wrong, 0);
});

t.test('known halves', async (t) => {
  t.equal(halfToFloat(0x3c00), 1);
  t.equal(halfToFloat(0xc000), -2);
  t.equal(halfToFloat(0x7bff), 65504);
  t.equal(halfToFloat(0x0001), 2 ** -24);
  t.equal(halfToFloat(0x3555), 0.333251953125);
});

t.test('rounding is to the nearest, ties to even', async (t) => {
  t.equal(floatToHalf(1 + 2 ** -11), 0x3c00, 'tie goes down to even');
  t.equal(floatToHalf(1 + 3 * 2 ** -11), 0x3c02, 'tie goes up to even');
  t.equal(floatToHalf(1 + 2 ** -11 + 2 ** -20), 0x3c01, 'above the tie goes up');
  t.equal(floatToHalf(65519), 0x7bff);
  t.equal(floatToHalf(65520), 0x7c00, 'half way to what does not fit is infinite');
  t.equal(floatToHalf(-1e9), 0xfc00);
  t.equal(floatToHalf(2 ** -25), 0, 'half of the smallest goes to even zero');
  t.equal(floatToHalf(1.5 * 2 ** -24), 2);
  t.equal(floatToHalf(-0), 0x8000);
});

t.test('bfloat16 is the upper half of a float32', async (t) => {
  t.equal(bfloat16ToFloat(0x3f80), 1);
  t.equal(bfloat16ToFloat(0xc049), -3.140625);
  t.equal(bfloat16ToFloat(0xff80), -Infinity);
});
