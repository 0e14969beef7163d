import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What may stand in one row imports nothing from its own row, and nothing from the rows above. */
type Rows = readonly (readonly string[])[];

interface Layers {
  readonly packages: Rows;
  /** By folder: the order of what lies in it. */
  readonly folders: Readonly<Record<string, Rows>>;
}

interface Import {
  readonly file: string;
  /** As written: `./a.ts`, `@instagan/core/data`. */
  readonly name: string;
  /** The file imported, from the root; undefined unless the name is relative. */
  readonly target: string | undefined;
}

const LAYERS = JSON.parse(readFileSync(path.join(ROOT, 'layers.json'), 'utf8')) as Layers;

/** Folders of the packages by their names in `layers.json`. */
const FOLDERS: Readonly<Record<string, string>> = {
  core: 'packages/core',
  segmenter: 'packages/segmenter',
  video: 'packages/video',
  tui: 'packages/tui',
  datasets: 'datasets',
  models: 'models',
  test: 'test',
  bench: 'bench',
  scripts: 'scripts',
};

/** The folders that no package ships; they may use each other. */
const UNPUBLISHED = LAYERS.packages[0] as readonly string[];

/** What only tests use: the order within a package does not bind it. */
const FOR_TESTS = /\.test[.-]|\/(testing|test-support)[/.]/;

const IMPORT =
  /(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"\n]+)['"]|new URL\(\s*['"](\.[^'"\n]+\.[jt]sx?)['"],\s*import\.meta\.url/g;

function sourcesIn(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return /^(node_modules|dist|\..*|fixtures)$/.test(entry.name) ? [] : sourcesIn(name);
    return /\.(tsx?|js)$/.test(entry.name) ? [name] : [];
  });
}

const SOURCES = Object.values(FOLDERS).flatMap(sourcesIn);

/** All imports of a file, of types too: an arrow is one for the reader, whatever is left of it at run time. */
function importsOf(file: string): Import[] {
  const matches = readFileSync(path.join(ROOT, file), 'utf8').matchAll(IMPORT);
  return [...matches].map(([, imported, loaded]) => {
    const name = (imported ?? loaded) as string;
    const target = name.startsWith('.') ? path.posix.join(path.posix.dirname(file), name) : undefined;
    return { file, name, target };
  });
}

const IMPORTS = SOURCES.flatMap(importsOf);

function packageOf(file: string): string | undefined {
  return Object.keys(FOLDERS).find((name) => file.startsWith(`${FOLDERS[name]}/`));
}

/**
 * The part of `file` directly in `folder`, or the file itself where it has a place of its own in the order, as settings have
 * that others read; undefined if it lies elsewhere.
 */
function memberOf(folder: string, file: string): string | undefined {
  if (!file.startsWith(`${folder}/`)) return undefined;
  const name = file.slice(folder.length + 1);
  return LAYERS.folders[folder]?.flat().includes(name) ? name : name.split('/')[0];
}

/** Whether the order lets `from` import `to`. */
function mayImport(rows: Rows, from: string, to: string): boolean {
  const row = (member: string) => rows.findIndex((members) => members.includes(member));
  return from === to || row(from) < row(to);
}

t.test('packages import those below them only, and by their entries', (t) => {
  t.ok(IMPORTS.length > 1000, 'the scan finds imports');
  for (const each of IMPORTS) {
    const { file, name, target } = each;
    const from = packageOf(file) as string;
    if (target === undefined) {
      const to = /^@instagan\/([^/]+)/.exec(name)?.[1];
      if (to !== undefined && !mayImport(LAYERS.packages, from, to))
        t.fail(`${file} imports ${name}, against layers.json`);
      const isInternal = /^@instagan\/[^/]+\/internals\//.test(name);
      if (isInternal && !UNPUBLISHED.includes(from)) t.fail(`${file} imports ${name}, which is not published`);
    } else {
      const to = packageOf(target);
      const isOwn = to === from || to === undefined;
      // Programs that are started by their path, such as bin/instagan.js, are no imports.
      const isUnpublished = UNPUBLISHED.includes(from) || /\.test\.tsx?$|\/testing\//.test(file);
      const isOpen = isUnpublished && (UNPUBLISHED.includes(to ?? '') || !target.includes('/src/'));
      if (!isOwn && !isOpen) t.fail(`${file} imports ${target} by its path: use an entry of ${to}`);
    }
  }
  t.end();
});

for (const [folder, rows] of Object.entries(LAYERS.folders)) {
  t.test(`${folder}: what lies in it imports downwards only`, (t) => {
    const own = SOURCES.filter((file) => file.startsWith(`${folder}/`) && !FOR_TESTS.test(file));
    const members = new Set(own.map((file) => memberOf(folder, file) as string));
    t.strictSame([...members].sort(), rows.flat().sort(), 'layers.json lists everything in it, once');
    for (const each of IMPORTS.filter(({ file }) => own.includes(file))) {
      const from = memberOf(folder, each.file) as string;
      const to = each.target && memberOf(folder, each.target);
      if (to && !mayImport(rows, from, to)) {
        t.fail(`${each.file} imports ${each.target}, but ${from} does not stand above ${to} in layers.json`);
      }
    }
    t.end();
  });
}

t.test('CONTRIBUTING shows the order that holds', (t) => {
  const page = readFileSync(path.join(ROOT, 'CONTRIBUTING.md'), 'utf8').replaceAll(/\s+/g, ' ');
  for (const rows of [LAYERS.packages, LAYERS.folders['packages/core/src'] as Rows]) {
    const order = rows.map((members) => members.join(', ')).join(' > ');
    t.ok(page.includes(order), order);
  }
  t.end();
});
