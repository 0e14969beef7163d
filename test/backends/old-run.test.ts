import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadTranslator, openBackend, translateSample } from '@instagan/core';
import { tinySample, trainTiny } from '@instagan/core/internals/training';
import t from 'tap';

const FIXTURE = fileURLToPath(new URL('../fixtures/old-run', import.meta.url));
/** Largest relative difference of a loss: of other versions of JavaScript's mathematics, if any. */
const EQUAL = 1e-4;

const backend = await openBackend('wasm', { threads: 1 });
t.teardown(() => backend.close());

t.test('a run of an earlier version goes on as if it had never been updated', async (t) => {
  const runFolder = path.join(t.testdir(), 'run');
  await cp(path.join(FIXTURE, 'run'), runFolder, { recursive: true });
  const { events, error } = await trainTiny({ runFolder, steps: 6, resume: true, config: {} });
  t.equal(error, undefined);
  t.match(events.at(-1), { type: 'run-finished', step: 6, reason: 'completed' });
  const losses = events.flatMap((event) => (event.type === 'step' ? [event.losses] : []));
  const expected = JSON.parse(await readFile(path.join(FIXTURE, 'unbroken-losses.json'), 'utf8')) as typeof losses;
  t.equal(losses.length, expected.length);
  for (const [i, step] of expected.entries()) {
    t.same(Object.keys(losses[i]!).sort(), Object.keys(step).sort(), `losses of step ${4 + i}`);
    for (const [name, value] of Object.entries(step)) {
      const difference = Math.abs(losses[i]![name]! - value) / Math.abs(value);
      t.ok(difference < EQUAL, `step ${4 + i}: ${name} differs by ${difference}`);
    }
  }
});

t.test('a run of an earlier version still translates', async (t) => {
  for (const direction of ['AtoB', 'BtoA'] as const) {
    const translator = await loadTranslator(path.join(FIXTURE, 'run'), direction);
    t.equal(translator.step, 3);
    const sample = tinySample('input', 3);
    const { image, masks } = await translateSample(translator, sample);
    t.equal(masks.length, 3);
    t.ok(
      image.every((value) => Math.abs(value) <= 1),
      'pixels within range',
    );
    t.notSame(image, sample.image);
    translator.dispose();
  }
});
