import t from 'tap';
import { sealed, unsealed } from './sealed-json.ts';

t.test('a record comes back as it was sealed, whatever the order of its keys, and not once it has changed', (t) => {
  const content = { frames: 6, times: [0, 0.5], name: 'a' };
  const seal = sealed(content);
  t.strictSame(unsealed(JSON.parse(JSON.stringify(seal))), content);
  t.strictSame(unsealed(Object.fromEntries(Object.entries(seal).reverse())), content);
  for (const changed of [{ frames: 7 }, { sha256: '' }, { sha256: 3 }, { more: 1 }]) {
    t.equal(unsealed({ ...seal, ...changed }), null, JSON.stringify(changed));
  }
  t.strictSame(unsealed(content), content, 'earlier versions sealed nothing');
  const deep = `{"sha256":"","a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`;
  for (const none of [null, 3, 'x', [1], JSON.parse('{"sha256":"","a":1e999}'), JSON.parse(deep)]) {
    t.equal(unsealed(none), null);
  }
  t.end();
});
