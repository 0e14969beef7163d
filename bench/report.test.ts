import t from 'tap';
import { median, summarise, timesReport } from './report.ts';

t.test('the median: one disturbed repeat must not decide a comparison', async (t) => {
  t.equal(median([9, 1, 2]), 2);
  t.equal(median([4, 1, 2, 9]), 3);
});

t.test('ratios are ours over the peer, or the slower would look the faster', async (t) => {
  const measured = (...seconds: number[]) => ({ device: 'x', peakRssBytes: 1, seconds });
  const ours = { backend: 'wasm', ...summarise('secondsPerStep', measured(5, 3, 4)) };
  const peer = { name: 'pytorch', version: '1', ...summarise('secondsPerStep', measured(2)) };
  t.same(timesReport('secondsPerStep', [ours], peer), {
    results: [{ backend: 'wasm', device: 'x', peakRssBytes: 1, secondsPerStep: 4 }],
    peer: { name: 'pytorch', version: '1', device: 'x', peakRssBytes: 1, secondsPerStep: 2 },
    ratios: { wasm: 2 },
  });
  t.equal(timesReport('secondsPerStep', [ours], null).ratios, null);
});
