import path from 'node:path';
import { openBackend, type RunEvent } from '@instagan/core';
import { trainTiny } from '@instagan/core/internals/training';
import t from 'tap';
import { openTestBackend } from '../helpers/open-backend.ts';

/** The loss of the first shows the rounding, that of the second what it does to the gradients. */
const STEPS = 2;
/** Largest difference of a loss, relative to it. */
const TOLERANCE = 0.02;

type Losses = Record<string, number>;

function lossesOf(events: readonly RunEvent[]): Losses[] {
  return events.flatMap((event) => (event.type === 'step' ? [event.losses] : []));
}

if (await openTestBackend(t, 'webgpu')) {
  t.test('training in mixed precision follows full precision: speed must not cost the model', async (t) => {
    const runs: Losses[][] = [];
    for (const precision of ['full', 'mixed'] as const) {
      const backend = await openBackend('webgpu', { precision });
      t.teardown(() => backend.close());
      if (precision === 'mixed' && !backend.device.includes('mixed')) {
        t.pass('mixed', { skip: 'the adapter has no half precision' });
        return;
      }
      const { events, error } = await trainTiny({ runFolder: path.join(t.testdir(), precision), steps: STEPS });
      t.equal(error, undefined);
      runs.push(lossesOf(events));
    }
    const [full, mixed] = runs as [Losses[], Losses[]];
    t.equal(mixed.length, STEPS);
    let differ = false;
    for (const [step, losses] of full.entries()) {
      for (const [name, loss] of Object.entries(losses)) {
        const other = mixed[step]![name]!;
        t.ok(
          Math.abs(other - loss) <= TOLERANCE * Math.abs(loss) + 1e-3,
          `${name}: ${other} after ${step}, not ${loss}`,
        );
        differ ||= other !== loss;
      }
    }
    t.ok(differ, 'two precisions were compared, not one with itself');
  });
}
