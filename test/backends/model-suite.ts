import * as tf from '@tensorflow/tfjs';
import type { Test } from 'tap';
import { checkAlarm } from './model-checks/alarm.ts';
import { checkBaseline } from './model-checks/baseline.ts';
import { checkConsistency } from './model-checks/consistency.ts';
import { checkDiffAugment } from './model-checks/diff-augment.ts';
import { checkFeatureMatching } from './model-checks/feature-matching.ts';
import { checkFrozenNetworks } from './model-checks/frozen-networks.ts';
import { checkLeaks } from './model-checks/leaks.ts';
import { checkLosses } from './model-checks/losses.ts';
import { checkDiscriminator, checkGenerator } from './model-checks/networks.ts';
import { checkObjectDiscriminator } from './model-checks/object-discriminator.ts';
import { checkWarmUp } from './model-checks/warm-up.ts';

/** Checks with all their tensors disposed of afterwards. */
function inScope(check: (t: Test) => Promise<void>): (t: Test) => Promise<void> {
  return async (t) => {
    tf.engine().startScope();
    await check(t);
    tf.engine().endScope();
  };
}

/**
 * Networks and training steps as users rely on them; the backend is open.
 *
 * @param leakSteps steps over which no tensor may be left; fewer where a step takes seconds
 */
export function modelSuite(t: Test, { leakSteps = 20 } = {}): void {
  t.test('the generator treats instances as a set, and a batch as single samples', inScope(checkGenerator));
  t.test('the discriminator does too', inScope(checkDiscriminator));
  t.test('an update leaves the frozen networks exactly as they were', checkFrozenNetworks);
  for (const joinCalls of [false, true]) {
    const how = joinCalls ? ', with calls of equal weights joined' : '';
    const test = (name: string, check: (t: Test, joinCalls: boolean) => Promise<void>) =>
      t.test(
        `${name}${how}`,
        inScope((t) => check(t, joinCalls)),
      );
    test('losses are those of the equations, and gradients those of their sum', checkLosses);
    test('object discriminators learn and teach by their equations', checkObjectDiscriminator);
    test('a warm-up learns the identity of both target domains alone', checkWarmUp);
    test('discriminators see augmented samples, and generators learn through it', checkDiffAugment);
    test('feature matching of instagan is that of its equation', (t) => checkFeatureMatching(t, 'instagan', joinCalls));
  }
  t.test(
    'feature matching of cyclegan is that of its equation',
    inScope((t) => checkFeatureMatching(t, 'cyclegan', false)),
  );
  t.test('consistency under motion is that of its equation', inScope(checkConsistency));
  t.test('training does not leak: a run of days would end out of memory', (t) => checkLeaks(t, leakSteps));
  t.test('a loss that is not a number is seen, and the checkpoint before it stays', checkAlarm);
  for (const model of ['cyclegan', 'cyclegan-seg'] as const) {
    t.test(`the baseline ${model} trains and translates`, (t) => checkBaseline(t, model));
  }
}
