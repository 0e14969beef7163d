import t from 'tap';
import type { SplitMask } from '../instances/split-mask.ts';
import { averagePrecision } from './average-precision.ts';
import { haveContact, scoreSegmentation } from './score-segmentation.ts';

/** A row of pixels: digits are labels. */
function labelled(text: string, ...confidences: number[]) {
  return { labels: Int32Array.from(text, Number), confidences };
}

/** The same as a whole prediction. */
function predicted(text: string, ...confidences: number[]): SplitMask {
  const instances = confidences.map((confidence) => ({
    areaPx: 1,
    box: { left: 0, top: 0, width: 1, height: 1 },
    confidence,
  }));
  return { width: text.length, height: 1, labels: Int32Array.from(text, Number), instances };
}

/** Masks of the labels in a row of pixels. */
function masksOf(text: string): Uint8Array[] {
  const count = Math.max(...Array.from(text, Number));
  return Array.from({ length: count }, (_, i) => Uint8Array.from(text, (digit) => (Number(digit) === i + 1 ? 255 : 0)));
}

const close = (a: number, b: number) => Math.abs(a - b) < 1e-9;

t.test('AP50 is that of COCO: 101 recalls, each true instance matched once', async (t) => {
  const truth = masksOf('1110022200');
  t.equal(averagePrecision([{ predicted: labelled('1110022200', 0.9, 0.8), truth }]), 1);
  t.equal(averagePrecision([{ predicted: labelled('0000000000'), truth }]), 0);
  const one = averagePrecision([{ predicted: labelled('1110000000', 0.9), truth }]);
  t.ok(close(one, 51 / 101), 'one of two found: precision 1 up to a recall of 0.5');
  const half = averagePrecision([{ predicted: labelled('2220011100', 0.9, 0.3), truth: masksOf('1110000000') }]);
  t.ok(close(half, 0.5), 'a false one that is surer than the true one halves the precision everywhere');
  const split = averagePrecision([{ predicted: labelled('1120000000', 0.9, 0.8), truth: masksOf('1110000000') }]);
  t.equal(split, 1, 'a surplus fragment ranks behind');
  t.equal(
    averagePrecision([{ predicted: labelled('1100000000', 0.9), truth: masksOf('1111000000') }]),
    1,
    'at least 0.5',
  );
  t.equal(averagePrecision([{ predicted: labelled('1000000000', 0.9), truth: masksOf('1110000000') }]), 0, 'below 0.5');
  t.ok(Number.isNaN(averagePrecision([{ predicted: labelled('0'), truth: [] }])), 'nothing to find');
});

t.test('an image without objects counts: what is found there is wrong, and finding nothing is right', async (t) => {
  const object = { predicted: labelled('1110000000', 0.9), truth: masksOf('1110000000') };
  const nothing = new Uint8Array(10);
  t.equal(averagePrecision([object, { predicted: labelled('0000000000'), truth: [nothing] }]), 1);
  const phantom = averagePrecision([object, { predicted: labelled('0000011000', 0.95), truth: [nothing] }]);
  t.ok(close(phantom, 0.5), 'a phantom that is surer than the object halves the precision everywhere');
  const { iou, precision, recall } = scoreSegmentation([
    { predicted: predicted('11100', 0.9), truth: masksOf('11100') },
    { predicted: predicted('00100', 0.9), truth: [new Uint8Array(5)] },
  ]);
  t.same([iou, precision, recall], [0.5, 0.75, 1]);
});

t.test('contact is overlap, or neighbouring pixels; the end of a row is no neighbour of the next', async (t) => {
  t.ok(haveContact(masksOf('112200'), 6));
  t.notOk(haveContact(masksOf('110220'), 6));
  t.notOk(haveContact(masksOf('001200'), 3));
  t.ok(haveContact(masksOf('010020'), 3), 'above each other');
  t.ok(haveContact([Uint8Array.of(1, 1, 0), Uint8Array.of(0, 1, 1)], 3));
});

t.test('the IoU is that of the unions, mean over images; precision and recall are over all pixels', async (t) => {
  const scores = scoreSegmentation([
    { predicted: predicted('11220', 0.9, 0.8), truth: masksOf('11200') },
    { predicted: predicted('10000', 0.7), truth: masksOf('11000') },
  ]);
  t.ok(close(scores.iou, (3 / 4 + 1 / 2) / 2));
  t.ok(close(scores.precision, 4 / 5));
  t.ok(close(scores.recall, 4 / 5));
  t.equal(scores.ap50, 1);
  t.equal(scores.ap50Touching, 1);
  t.equal(scoreSegmentation([{ predicted: predicted('000'), truth: [new Uint8Array(3)] }]).iou, 1, 'rightly nothing');
});
