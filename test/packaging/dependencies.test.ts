import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = ['packages/core', 'packages/segmenter', 'packages/video', 'packages/tui', 'datasets'];

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { license?: string }> };
const [required = '', optional = ''] = read('docs/dependencies.md').split('## Optional');

/** The rows of a table: name, version, licence and who uses it. */
function rowsOf(page: string): Map<string, { version: string; licence: string; users: string }> {
  const rows = page.split('\n').flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    const name = /^`(.+)`$/.exec(cells[1] ?? '')?.[1];
    const [, , version = '', licence = '', , , users = ''] = cells;
    return name === undefined ? [] : [[name, { version, licence, users }] as const];
  });
  return new Map(rows);
}

/** Everything that the packages take from others, by name. */
function taken(kind: keyof Manifest): Map<string, { version: string; licence: string; users: string }> {
  const found = new Map<string, { version: string; licence: string; users: string }>();
  for (const folder of FOLDERS) {
    const manifest = JSON.parse(read(`${folder}/package.json`)) as Manifest;
    for (const [name, version] of Object.entries(manifest[kind] ?? {})) {
      if (name.startsWith('@instagan/')) continue;
      const entry = lock.packages[`${folder}/node_modules/${name}`] ?? lock.packages[`node_modules/${name}`];
      const users = [...(found.get(name)?.users.split(', ') ?? []), path.basename(folder)].sort();
      found.set(name, { version, licence: entry?.license ?? 'none', users: users.join(', ') });
    }
  }
  return found;
}

t.test('the page on dependencies names all that is installed for a user, and nothing else', (t) => {
  for (const [kind, page] of [
    ['dependencies', required],
    ['optionalDependencies', optional],
  ] as const) {
    const rows = rowsOf(page);
    const expected = taken(kind);
    t.ok(expected.size > 3);
    t.strictSame([...rows.keys()].sort(), [...expected.keys()].sort(), kind);
    for (const [name, facts] of expected) {
      const row = rows.get(name);
      const users = row?.users.split(', ').sort().join(', ');
      t.strictSame({ ...row, users }, facts, name);
    }
  }
  t.end();
});
