import t from 'tap';
import { visible, visibleLine } from './visible.ts';

t.test('what a file name or a log holds does not command the terminal', (t) => {
  const hostile = 'a\u001b]0;owned\u0007b\u009b2Jc\rd\te\u0000f\u007fg\u202egpj.exe\u2066h\u200f1\u2028';
  const spelled = 'a\\x1b]0;owned\\x07b\\x9b2Jc\\rd\\te\\x00f\\x7fg\\u202egpj.exe\\u2066h\\u200f1\\u2028';
  t.equal(visible(hostile), spelled);
  t.equal(visible('two\nlines'), 'two\nlines');
  t.equal(visibleLine('two\nlines'), 'two\\nlines');
  for (const plain of ['Schäfchen 羊 🐑 e\u0301.png', 'C:\\x1b\\a.png', '']) t.equal(visibleLine(plain), plain);
  t.end();
});
