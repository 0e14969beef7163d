import type { RunEventBody } from '@instagan/core/events';
import t, { type Test } from 'tap';
import { runWith } from '../test-support.ts';
import { passesFilter } from './run-filter.ts';

const SCORES: RunEventBody = { type: 'validation', step: 200, scores: { iou: 0.75 }, seconds: 1 };

function passing(t: Test) {
  const rates = { slow: 1e-4, usual: 1e-3, fast: 1e-2 };
  const runs = Object.entries(rates).map(([name, generator]) =>
    runWith(t, name, { model: 'instagan', ngf: 16, learningRate: { generator, discriminator: 1e-4 } }, [SCORES]),
  );
  return (filter: string) => runs.filter((run) => passesFilter(run, filter)).map(({ name }) => name);
}

t.test('a filter compares settings, losses, scores, steps and states', async (t) => {
  const names = passing(t);
  const all = ['slow', 'usual', 'fast'];
  const cases: [string, string[]][] = [
    ['', all],
    ['lr>=1e-3', ['usual', 'fast']],
    ['lr<=0.001', ['slow', 'usual']],
    ['lr>1e-3', ['fast']],
    ['lr<1e-3', ['slow']],
    ['lr=1e-3', ['usual']],
    ['lr!=1e-3', ['slow', 'fast']],
    ['--learning-rate>=0.01', ['fast']],
    ['learningRate.discriminator=1e-4', all],
    ['ngf=16', all],
    ['cycleA<0.1', all],
    ['losses.cycleA>=10', []],
    ['iou>0.7', all],
    ['step>=200 state=lost', all],
    ['state=running', []],
    ['model~GAN', all],
    ['slo', ['slow']],
    ['lost fast', ['fast']],
    ['lr>=1e-3 lr<1e-2', ['usual']],
    ['lr>=', all],
    ['nothing=1', []],
    ['model>1', []],
  ];
  for (const [filter, expected] of cases) t.same(names(filter), expected, filter);
});
