import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { shippedModel, shippedModelOf, shippedModels } from './shipped-models.ts';

const MAX_BYTES = 25e6;

t.test('each shipped model is whole, and its card says what it is', (t) => {
  const models = shippedModels();
  t.same(
    models.map(({ name }) => name),
    ['meadow', 'meadow/giraffes', 'meadow/sheep'],
  );
  let bytes = 0;
  for (const { name, folder, card } of models) {
    for (const [file, hash] of Object.entries(card.sha256)) {
      const content = readFileSync(path.join(folder, file));
      t.equal(createHash('sha256').update(content).digest('hex'), hash, `${name}: ${file}`);
      bytes += statSync(path.join(folder, file)).size;
    }
    t.match(card, { kind: name.includes('/') ? 'segmenter' : 'translator', size: /^\d+x\d+$/, licence: /MIT/ });
    t.ok(card.steps > 0 && card.hours > 0 && card.device !== '' && card.summary !== '' && card.objects !== '', name);
    t.ok(card.commands.length > 1 && Object.keys(card.scores.figures).length > 1, name);
  }
  t.ok(bytes > 1e6 && bytes < MAX_BYTES, `${bytes} bytes`);
  t.end();
});

t.test('a name is that of a folder, and no other path', (t) => {
  const { folder } = shippedModel('meadow/sheep')!;
  t.equal(shippedModelOf(folder)?.name, 'meadow/sheep');
  t.equal(shippedModelOf(path.join(folder, 'checkpoints')), undefined);
  for (const name of [
    '',
    '.',
    '..',
    '../weights/meadow',
    'meadow/',
    'meadow/checkpoints',
    '/meadow',
    'Meadow',
    'nothing',
  ]) {
    t.equal(shippedModel(name), undefined, name);
  }
  t.end();
});
