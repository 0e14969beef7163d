import t, { type Test } from 'tap';
import {
  filePath,
  learningRates,
  numberList,
  pictureFile,
  positiveNumber,
  schedule,
  sizeInPx,
  sizeOrKeep,
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

t.test('numbers above 0', async (t) => {
  t.equal(positiveNumber(1)('2e-4'), 2e-4);
  t.equal(positiveNumber(10)('.5'), 0.5);
  refuses(t, positiveNumber(10), ['', '0', '-1', '11', 'Infinity', '0x4', '1,5']);
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
  t.same(learningRates('1e-3'), { generator: 1e-3, discriminator: 1e-3 });
  t.same(learningRates('2e-4,1e-4'), { generator: 2e-4, discriminator: 1e-4 });
  refuses(t, learningRates, ['', '1e-4,', '1,1,1', '2', '0']);
  t.same(schedule('100+50'), { constant: 100, decay: 50 });
  t.same(schedule('0+5'), { constant: 0, decay: 5 });
  refuses(t, schedule, ['', '100', '0+0', '1.5+2', '-1+2']);
});

t.test('paths: an option in the place of a path is a slip', async (t) => {
  t.equal(filePath('./--odd'), './--odd');
  refuses(t, filePath, ['', '--run']);
  t.equal(pictureFile('a/B.JPG'), 'a/B.JPG');
  refuses(t, pictureFile, ['sheet', 'sheet.gif', '--a.png']);
});
