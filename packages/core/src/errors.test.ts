import t from 'tap';
import { UserError } from './errors.ts';

t.test('a message that names what a file holds stays short, and keeps the fix at its end', (t) => {
  const cause = new Error('why');
  const usual = new UserError('a.json is damaged: take a fresh copy of it.', { cause });
  t.match(usual, { message: 'a.json is damaged: take a fresh copy of it.', cause });
  const { message } = new UserError(`a.json holds ${'x'.repeat(1e6)}: take a fresh copy of it.`);
  t.ok(message.length < 2100);
  t.match(message, /^a\.json holds x+ … x+: take a fresh copy of it\.$/);
  t.end();
});
