import t from 'tap';
import { MEASUREMENT_NAMES, type MeasurementName } from '../models/instagan/measurements.ts';
import { instaganSymptoms } from '../models/instagan/symptoms.ts';
import { AlarmMonitor } from './alarms.ts';

type Means = Record<MeasurementName, number>;

function means(changes: Partial<Means> = {}): Means {
  const healthy = Object.fromEntries(MEASUREMENT_NAMES.map((name) => [name, 0.5])) as Means;
  return { ...healthy, fakeMasksA: -0.6, fakeMasksB: -0.6, ...changes };
}

function observe(monitor: AlarmMonitor, values: Means) {
  const { fakeMasksA, fakeMasksB, ...losses } = values;
  return monitor.observe(losses, instaganSymptoms(values));
}

function observeTimes(monitor: AlarmMonitor, times: number, changes: Partial<Means> = {}) {
  return Array.from({ length: times }, () => observe(monitor, means(changes))).flat();
}

t.test('a healthy run is left in peace', async (t) => {
  t.same(observeTimes(new AlarmMonitor(), 200), []);
});

t.test('NaN and infinity are fatal at once, and named', async (t) => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const alarms = observe(new AlarmMonitor(), means({ cycleB: value, discriminatorA: value }));
    t.match(alarms, [{ code: 'loss-not-finite', fatal: true, message: /^cycleB, discriminatorA is not a finite/ }]);
  }
});

t.test('a loss far above its average explodes; the start of a run may jump', async (t) => {
  const jump = { cycleA: 200 };
  t.same(observe(new AlarmMonitor(), means(jump)), [], 'the first value is no jump');
  const early = new AlarmMonitor();
  observeTimes(early, 10);
  t.same(observe(early, means(jump)), [], 'within the first steps');
  const late = new AlarmMonitor();
  observeTimes(late, 30);
  t.match(observe(late, means(jump)), [{ code: 'loss-exploding', fatal: false, message: /^cycleA is 200, 50 times/ }]);
  t.match(observe(late, means(jump)), [{ code: 'loss-exploding' }], 'an explosion does not become the normal');
  t.same(observe(late, means()), [], 'and ends');
  const nearZero = new AlarmMonitor();
  observeTimes(nearZero, 30, { contextA: 0 });
  t.same(observe(nearZero, means({ contextA: 0.9 })), [], 'a loss that was 0 may come back');
});

t.test('a loss that begins later, after a warm-up, may jump at its own start', async (t) => {
  const monitor = new AlarmMonitor();
  for (let i = 0; i < 80; i++) t.same(monitor.observe({ identityA: 5 }, []), []);
  t.same(monitor.observe({ identityA: 5, contextA: 0.01 }, []), []);
  t.same(monitor.observe({ identityA: 5, contextA: 8 }, []), [], 'the translations have only begun');
  for (let i = 0; i < 20; i++) t.same(monitor.observe({ identityA: 5, contextA: 2 }, []), []);
  t.match(monitor.observe({ identityA: 5, contextA: 900 }, []), [{ code: 'loss-exploding' }], 'and counts afterwards');
});

t.test('a collapse counts after 50 steps, is told once, and again if it comes back', async (t) => {
  const cases = [
    [{ fakeMasksA: -1 }, 'masks-all-background', /^the masks generated for domain B from domain A have been empty/],
    [{ fakeMasksB: 1 }, 'masks-all-object', /^the masks generated for domain A from domain B have covered everything/],
    [{ discriminatorB: 0 }, 'discriminator-at-zero', /^the loss of discriminatorB has been under 0\.001/],
    [{ discriminatorA: 0 }, 'discriminator-at-zero', /^the loss of discriminatorA has been under 0\.001/],
  ] as const;
  for (const [collapse, code, message] of cases) {
    const monitor = new AlarmMonitor();
    t.same(observeTimes(monitor, 49, collapse), [], `${code}: 49 steps are none`);
    t.match(observe(monitor, means(collapse)), [{ code, message, fatal: false }]);
    t.same(observeTimes(monitor, 100, collapse), [], 'told once');
    observe(monitor, means());
    t.equal(observeTimes(monitor, 50, collapse).length, 1, 'told again after it ended');
  }
});
