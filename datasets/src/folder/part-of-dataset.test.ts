import t from 'tap';
import { partOfDataset } from './part-of-dataset.ts';

t.test('a folder of a dataset is known by its name', async (t) => {
  t.same(partOfDataset('set/trainA'), { domain: 'A', isMasks: false });
  t.same(partOfDataset('testB_seg/'), { domain: 'B', isMasks: true });
  for (const other of ['set', 'trainC', 'mytrainA', 'trainA.png', 'trainA_seg2', 'set/trainA/more', '.']) {
    t.equal(partOfDataset(other), null, other);
  }
});
