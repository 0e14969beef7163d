import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createProgram } from '@instagan/tui/internals/program';
import t from 'tap';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NOT_OURS = new Set(['node_modules', 'dist', 'runs', 'demo-output', 'fixtures']);

/** All Markdown files of the repository, from its root. */
function pagesIn(folder = ''): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name.startsWith('.') || NOT_OURS.has(entry.name) ? [] : pagesIn(name);
    return entry.name.endsWith('.md') ? [name] : [];
  });
}

const FENCE = /^ *```.*\n([\s\S]*?)^ *```/gm;

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  const headings = page.replaceAll(FENCE, '').matchAll(/^#{1,6} +(.+)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Links and pictures of a page that lead nowhere. @param file of the page, from the root */
function deadLinks(file: string, page: string): string[] {
  const text = page.replaceAll(FENCE, '').replaceAll(/`[^`\n]*`/g, '');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [place = '', anchor] = target.split('#');
    const found = place === '' ? file : path.posix.join(path.posix.dirname(file), place);
    if (place !== '' && !existsSync(path.join(ROOT, found))) return true;
    if (anchor === undefined) return false;
    const own = place === '' ? page : readFileSync(path.join(ROOT, found), 'utf8');
    return !anchorsOf(own).includes(anchor);
  });
}

/** Command lines of `instagan` in fenced blocks and in inline code, each on one line. */
function commandLines(page: string): string[] {
  const fenced = [...page.matchAll(FENCE)].flatMap(([, block = '']) => block.replaceAll(/\\\n\s*/g, ' ').split('\n'));
  const inline = [...page.replaceAll(FENCE, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) =>
    code.replaceAll(/\s+/g, ' '),
  );
  return [...fenced, ...inline].flatMap((line) => {
    const [, command] = /(?:^|\s|\$ )(?:npx )?instagan ((?:[a-z]|--).*)$/.exec(line.split(' #')[0] as string) ?? [];
    return command === undefined ? [] : [(command.split(/[|;&)]/)[0] as string).trim()];
  });
}

const program = createProgram(() => {});
const GLOBAL = ['--help', '--version', '--debug'];

/** What of a command line there is not. */
function unknownIn(line: string): string[] {
  const words = line.split(/\s+/);
  let command = program;
  for (;;) {
    const next = command.commands.find((each) => each.name() === words[0]);
    if (next === undefined) break;
    command = next;
    words.shift();
  }
  const first = words[0] ?? '';
  if (command === program && first === 'help') return [];
  if (command.commands.length > 0 && /^[a-z]/.test(first)) return [`command ${first}`];
  const known = [...command.options.flatMap(({ long }) => long ?? []), ...GLOBAL];
  const flags = words.map((word) => /^--[a-z][a-z-]*/.exec(word.replace(/^[[(]/, ''))?.[0]);
  return flags.flatMap((flag) => (flag === undefined || known.includes(flag) ? [] : [flag]));
}

t.test('every link of the documentation leads somewhere, and every command and option of it exists', async (t) => {
  const pages = pagesIn();
  t.ok(pages.includes('README.md') && pages.includes('docs/video.md') && pages.length > 10, `${pages.length} pages`);
  let lines = 0;
  for (const file of pages) {
    const page = readFileSync(path.join(ROOT, file), 'utf8');
    t.same(deadLinks(file, page), [], `${file}: links`);
    const wrong = commandLines(page).flatMap((line) => unknownIn(line).map((what) => `${what} in: ${line}`));
    lines += commandLines(page).length;
    t.same(wrong, [], `${file}: commands`);
  }
  t.ok(lines > 60, `${lines} command lines`);
});

t.test('what is dead or unknown would be found', async (t) => {
  const page = [
    '# A page, with `code`',
    '[here](#a-page-with-code) [gone](#nothing) [file](README.md) [none](docs/none.md) [part](README.md#no-such-part)',
    'Use `instagan train --dta meadow`, or `npx instagan transalte`.',
    '```sh',
    'npx instagan segmenter predict --run r \\',
    '  --imput photos   # a comment with --flags',
    'npx instagan video --run r --start 1 | grep --count x',
    '```',
  ].join('\n');
  t.same(deadLinks('PAGE.md', page), ['#nothing', 'docs/none.md', 'README.md#no-such-part']);
  t.same(commandLines(page).flatMap(unknownIn), ['--imput', '--dta', 'command transalte']);
});
