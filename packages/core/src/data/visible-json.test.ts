import t from 'tap';
import { visibleJson } from './visible-json.ts';

t.test('JSON that is printed stays the same JSON', (t) => {
  const value = { name: 'a\u001b[31m\u009b2J\u202e\n', more: ['\u007f', 'ä'] };
  const printed = visibleJson(JSON.stringify(value));
  t.same(JSON.parse(printed), value);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  t.notMatch(printed, /[\u0000-\u001f\u007f-\u009f\u202e]/);
  t.end();
});
