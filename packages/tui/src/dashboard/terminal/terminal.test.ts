import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { asciiText } from './ascii-text.ts';
import { capabilitiesFrom, isAnswerComplete, terminalQuery } from './capabilities.ts';
import { frameChanges, type Overlay, Screen } from './screen.ts';
import { foreground, nearest256, Theme } from './theme.ts';

const ESC = String.fromCharCode(27);
const size = { columns: 20, rows: 5 };
const frame = (lines: readonly string[], overlays: readonly Overlay[] = []) => ({ lines, overlays });
const picture = (key: string, changes: Partial<Overlay> = {}): Overlay => ({
  key,
  column: 5,
  row: 1,
  columns: 4,
  rows: 2,
  content: { kind: 'graphics', show: `<${key}>`, hide: `<hide ${key}>` },
  ...changes,
});

t.test('only lines that changed are written: nothing flickers', async (t) => {
  const changes = frameChanges(frame(['one', 'two', 'three']), frame(['one', 'TWO', 'three']), size);
  t.equal(changes, `${ESC}[2;1H${ESC}[0m${ESC}[KTWO`);
  t.equal(frameChanges(frame(['one']), frame(['one']), size), '');
  t.match(
    frameChanges(frame(['one', 'two']), frame(['one']), size),
    `${ESC}[2;1H${ESC}[0m${ESC}[K`,
    'a line that is gone',
  );
});

t.test('text beside a picture changes without drawing the picture again', async (t) => {
  const shown = frame(['', 'left      right', ''], [picture('a')]);
  const changes = frameChanges(shown, frame(['', 'LEFT      RIGHT', ''], [picture('a')]), size);
  t.notMatch(changes, '<a>');
  t.match(changes, `${ESC}[5XLEFT `, 'the part to the left erases only itself');
  t.match(changes, `${ESC}[2;10H${ESC}[0m${ESC}[K RIGHT`);
});

t.test('a picture that is replaced or moved is taken away first, and the text below comes back', async (t) => {
  const shown = frame(['', 'below below', 'below'], [picture('a')]);
  const replaced = frameChanges(shown, frame(['', 'below below', 'below'], [picture('b')]), size);
  t.ok(replaced.indexOf('<hide a>') < replaced.indexOf('<b>'));
  t.match(replaced, `${ESC}[2;6H<b>`);
  const gone = frameChanges(shown, frame(['', 'below below', 'below']), size);
  t.match(gone, /<hide a>.*below below.*below/s);
  t.notMatch(
    frameChanges(frame([]), frame([''], [picture('a', { row: 4 })]), size),
    '<a>',
    'one that does not fit is left out',
  );
});

t.test('a text picture is written again where its line was', async (t) => {
  const text = picture('t', { content: { kind: 'text', lines: ['1111', '2222'] } });
  const changes = frameChanges(frame(['a', 'b', 'c'], [text]), frame(['a', 'B', 'c'], [text]), size);
  t.match(changes, `${ESC}[2;6H1111`);
  t.notMatch(changes, '2222');
});

t.test('at most ten redraws a second, and the last frame counts', async (t) => {
  let written = '';
  const screen = new Screen(
    (text) => (written += text),
    () => size,
  );
  screen.enter();
  for (let i = 0; i < 50; i++) {
    screen.show(`frame ${i}`, []);
    await delay(5);
  }
  await delay(150);
  t.ok(screen.redraws >= 2 && screen.redraws <= 6, `${screen.redraws} redraws`);
  t.match(written, 'frame 49');
  screen.leave();
});

t.test('the screen comes back as it was, once, whatever happens', async (t) => {
  let written = '';
  const screen = new Screen(
    (text) => (written += text),
    () => size,
  );
  screen.enter();
  screen.title(`run${ESC}]2;evil`);
  screen.show('text', [picture('a')]);
  await delay(10);
  written = '';
  screen.leave();
  screen.leave();
  t.match(written, /<hide a>/);
  for (const mode of ['?2004l', '?1002l', '?25h', '?7h', '23;2t', '?1049l'])
    t.equal(written.split(`${ESC}[${mode}`).length, 2, mode);
  screen.show('late', []);
  await delay(120);
  t.notMatch(written, 'late');
});

t.test('what a terminal can show is asked of it, and guessed from the environment', async (t) => {
  const utf8 = { LANG: 'C.UTF-8' };
  const of = (answers: string, env: Record<string, string> = {}, depth = 24) =>
    capabilitiesFrom(answers, { ...utf8, ...env }, depth);
  const da1 = `${ESC}[?62;22c`;
  t.equal(isAnswerComplete(`${ESC}[?1;2c`), true);
  t.equal(isAnswerComplete(`${ESC}]11;rgb:0000/0000/0000${ESC}\\`), false);
  t.equal(of(`${ESC}_Gi=4242;OK${ESC}\\${da1}`).graphics, 'kitty');
  t.equal(of(`${ESC}_Gi=4242;ENOTSUPPORTED${ESC}\\${da1}`).graphics, 'blocks');
  t.equal(of(`${ESC}[?62;4;22c`).graphics, 'sixel');
  t.equal(of(`${ESC}[?62;14;24c`).graphics, 'blocks', '4 is a word of its own');
  t.equal(of(da1, { TERM_PROGRAM: 'iTerm.app' }).graphics, 'iterm2');
  t.equal(of(da1, { TERM_PROGRAM: 'iTerm.app', TMUX: '/tmp/x' }).graphics, 'blocks', 'tmux hides it');
  t.match(terminalQuery({ TERM: 'xterm-256color' }), '_Gi=4242');
  for (const env of [{ TMUX: '/tmp/x' }, { STY: '1' }, { TERM: 'screen-256color' }]) {
    t.notMatch(terminalQuery(env), '_G', 'a multiplexer would make it the title of the window');
  }
  t.match(of('', { NO_COLOR: '1' }), { graphics: 'ascii', depth: 1 });
  t.match(of('', { LANG: 'C' }), { graphics: 'ascii', isUnicode: false });
  t.equal(of(`${ESC}]11;rgb:ffff/ffff/eeee${ESC}\\`).isLight, true);
  t.equal(of(`${ESC}]11;rgb:10/10/20${ESC}\\`).isLight, false);
  t.equal(of('', { COLORFGBG: '0;15' }).isLight, true);
  t.match(of(`${ESC}[6;36;18t`), { cellHeightPx: 36, cellWidthPx: 18 });
});

t.test('colours become the nearest that the terminal has, or none', async (t) => {
  t.equal(foreground([255, 0, 0], 24), `${ESC}[38;2;255;0;0m`);
  t.equal(nearest256([255, 0, 0]), 196);
  t.equal(nearest256([128, 128, 128]), 244);
  t.equal(foreground([250, 5, 5], 4), `${ESC}[91m`);
  t.equal(foreground([250, 5, 5], 1), '');
  t.equal(new Theme(1, false).paint('curve0', 'x'), 'x');
  t.equal(new Theme(1, false).paint('alarm', 'x'), `${ESC}[1mx${ESC}[0m`, 'alarms stay bold');
});

t.test('a terminal without Unicode gets ASCII of the same width', async (t) => {
  t.equal(asciiText('─ ▲ ● ⣿…'), '- ! * ?~');
});
