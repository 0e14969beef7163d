import { learningRate, schedule } from '@instagan/core/settings';
import t, { type Test } from 'tap';
import {
  checkpointChoice,
  commaSeparated,
  filePath,
  numberList,
  numberWithin,
  pictureFile,
  sizeInPx,
  sizeOrKeep,
  summed,
  wholeNumber,
} from './values.ts';

/** Every text in `wrong` must be refused with a sentence that says what is right. */
function refuses(t: Test, parse: (text: string) => unknown, wrong: readonly string[]): void {
  for (const text of wrong) t.throws(() => parse(text), { message: /^Give / }, `"${text}" is refused`);
}

t.test('numbers are whole and within limits: a mistyped one must not train for days', async (t) => {
  t.equal(wholeNumber(0, 10)('0'), 0);
  t.equal(wholeNumber(1, 2 ** 32)('4294967296'), 2 ** 32);
  refuses(t, wholeNumber(1, 10), ['', '0', '11', '-1', '1.5', '1e1', '0x4', ' 5', 'five', 'NaN']);
});

t.test('without a largest whole number any goes that is exact', async (t) => {
  t.equal(wholeNumber(1)('99999999999'), 99_999_999_999);
  t.throws(() => wholeNumber(1)('0'), { message: 'Give a whole number of at least 1.' });
  refuses(t, wholeNumber(1), ['', '0', '9007199254740993', '1e3']);
});

t.test('numbers above 0', async (t) => {
  t.equal(numberWithin({ above: 0, max: 1 })('2e-4'), 2e-4);
  t.equal(numberWithin({ above: 0, max: 10 })('.5'), 0.5);
  t.throws(() => numberWithin({ above: 0, max: 10 })('0'), { message: 'Give a number above 0 and up to 10.' });
  refuses(t, numberWithin({ above: 0, max: 10 }), ['', '0', '-1', '11', 'Infinity', '0x4', '1,5']);
});

t.test('numbers from 0 on', async (t) => {
  t.equal(numberWithin({ min: 0, max: 0.9 })('0'), 0);
  t.equal(numberWithin({ min: 0, max: 0.9 })('0.9'), 0.9);
  t.throws(() => numberWithin({ min: 0, max: 0.9 })('1'), { message: 'Give a number from 0 to 0.9.' });
  refuses(t, numberWithin({ min: 0, max: 0.9 }), ['', '-0.1', '0.91', 'NaN', ' 0']);
  t.equal(numberWithin({ min: 0 })('5000'), 5000);
  t.throws(() => numberWithin({ min: 0 })('-1'), { message: 'Give a number of at least 0.' });
  refuses(t, numberWithin({ min: 0 }), ['', '-1', '1e999']);
});

t.test('sizes are height x width: the wrong order would distort every image', async (t) => {
  t.same(sizeInPx({ min: 16, max: 512 })('300x200'), { height: 300, width: 200 });
  t.same(sizeInPx({ min: 16, max: 512 })('30X20'), { height: 30, width: 20 });
  refuses(t, sizeInPx({ min: 32, max: 512, multipleOf: 4 }), [
    '',
    '64',
    '64x',
    'x64',
    '64x66',
    '28x64',
    '64x516',
    '64x64x3',
  ]);
  t.equal(sizeOrKeep({ min: 16, max: 512 })('keep'), 'keep');
  t.same(sizeOrKeep({ min: 16, max: 512 })('17x19'), { height: 17, width: 19 });
});

t.test('lists of instances', async (t) => {
  t.same(numberList('3'), [3]);
  t.same(numberList('5,0,2-4,3'), [0, 2, 3, 4, 5]);
  refuses(t, numberList, ['', ',', '1,', '3-1', '-1', '1-2-3', 'all']);
});

t.test('learning rates and schedules', async (t) => {
  const rates = commaSeparated(learningRate({ generator: 2e-4, discriminator: 1e-4 }, 'networks'));
  t.same(rates('1e-3'), { generator: 1e-3, discriminator: 1e-3 });
  t.same(rates('2e-4,1e-4'), { generator: 2e-4, discriminator: 1e-4 });
  refuses(t, rates, ['', '1e-4,', '1,1,1', '2', '0']);
  t.throws(() => rates('1,1,1'), { message: 'Give one number, or 2 such as 2e-4,1e-4.' });
  const epochs = summed(schedule({ constant: 100, decay: 100 }));
  t.same(epochs('100+50'), { constant: 100, decay: 50 });
  t.same(epochs('0+5'), { constant: 0, decay: 5 });
  refuses(t, epochs, ['', '100', '0+0', '1.5+2', '-1+2']);
  t.throws(() => epochs('100'), { message: 'Give 2 whole numbers, such as 100+100.' });
});

t.test('paths: an option in the place of a path is a slip', async (t) => {
  t.equal(filePath('./--odd'), './--odd');
  refuses(t, filePath, ['', '--run']);
  t.equal(pictureFile('a/B.JPG'), 'a/B.JPG');
  refuses(t, pictureFile, ['sheet', 'sheet.gif', '--a.png']);
});

t.test('checkpoints: the last, the best, or a step', async (t) => {
  t.same(['last', 'best', '0', '1500'].map(checkpointChoice), ['last', 'best', 0, 1500]);
  refuses(t, checkpointChoice, ['', 'newest', '-1', '1.5', '123456789']);
});
