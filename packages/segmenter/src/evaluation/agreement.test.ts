import t from 'tap';
import type { SplitMask } from '../instances/split-mask.ts';
import { scoreAgreement } from './agreement.ts';

/** What a segmenter found in a row of pixels, digits are labels, beside the masks of the labels in another. */
function image(found: string, masks: string) {
  const count = (text: string) => Math.max(...Array.from(text, Number));
  const predicted: SplitMask = {
    width: found.length,
    height: 1,
    labels: Int32Array.from(found, Number),
    instances: Array.from({ length: count(found) }, () => ({
      areaPx: 1,
      box: { left: 0, top: 0, width: 1, height: 1 },
      confidence: 0.9,
    })),
  };
  const truth = Array.from({ length: count(masks) }, (_, n) =>
    Uint8Array.from(masks, (digit) => (Number(digit) === n + 1 ? 255 : 0)),
  );
  return { predicted, truth };
}

t.test('pictures that show what their masks say agree, and each thing that is missing costs', async (t) => {
  const all = scoreAgreement([image('1100220', '1100220'), image('0111000', '0111000')], 1);
  t.same([all.iou.value, all.ap50.value, all.count.value], [1, 1, 1]);
  t.same([all.iou.low, all.ap50.low, all.count.low], [1, 1, 1]);
  const half = scoreAgreement([image('1100000', '1100220'), image('0111000', '0111000')], 1);
  t.same([half.iou.value, half.count.value], [0.75, 0.5]);
  t.ok(half.ap50.value > 0.5 && half.ap50.value < 1, `${half.ap50.value}`);
  t.ok(half.iou.low < 0.75 && half.iou.high > 0.75);
  const none = scoreAgreement([image('0000', '0000')], 1);
  t.same([none.iou.value, none.count.value], [1, 1]);
  t.ok(Number.isNaN(none.ap50.value));
});
