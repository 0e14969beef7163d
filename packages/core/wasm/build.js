// Builds the fast kernels of the wasm backend from assembly/ and generated/ and writes them, as base64, to
// src/backends/kernels/wasm/module/binaries.ts, so that bundles need no file beside them. The output depends on the
// source and on the pinned compiler alone.
//
//   node build.js           write the module
//   node build.js --check   exit with 1 if the module does not hold what the source gives
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = path.dirname(fileURLToPath(import.meta.url));
const target = path.join(folder, '../src/backends/kernels/wasm/module/binaries.ts');

const SHARED = ['--sharedMemory', '--maximumMemory', '65536'];
const RELAXED = ['--enable', 'relaxed-simd'];
const VARIANTS = [
  { name: 'SHARED_RELAXED', doc: 'Shared memory, fused multiply-add.', options: [...SHARED, ...RELAXED] },
  { name: 'SHARED', doc: 'Shared memory.', options: SHARED },
  { name: 'RELAXED', doc: 'Memory of one thread, fused multiply-add.', options: RELAXED },
  { name: 'PLAIN', doc: 'Memory of one thread.', options: [] },
];

/** Sections of a WebAssembly binary that would claim memory of the host module or keep state between calls. */
const FORBIDDEN = new Map([
  [5, 'a memory of its own'],
  [6, 'globals'],
  [8, 'a start function'],
  [11, 'data'],
]);

/** A file of the source: written by hand in assembly/, or given by the module of its name in generated/. */
async function readSource(name, base) {
  const written = await readFile(path.join(base, name), 'utf8').catch(() => null);
  if (written !== null) return written;
  const [, stem] = /^assembly\/([a-z-]+)\.ts$/.exec(name.replaceAll('\\', '/')) ?? [];
  const generator = path.join(folder, 'generated', `${stem}.js`);
  return stem !== undefined && existsSync(generator) ? (await import(pathToFileURL(generator))).default : null;
}

async function compile(options) {
  let binary;
  const { error, stderr } = await asc.main(
    [
      'assembly/index.ts',
      ...['--outFile', 'kernels.wasm', '-O3', '--converge', '--noAssert', '--runtime', 'stub'],
      ...['--importMemory', '--noExportMemory', '--initialMemory', '1'],
      ...['--enable', 'threads', '--enable', 'simd', '--disableWarning', '112'],
      ...options,
    ],
    {
      readFile: readSource,
      writeFile: (_name, contents) => {
        binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !binary) throw new Error(`The kernels do not compile: ${error?.message ?? ''}\n${stderr}`);
  for (const section of sections(binary)) {
    const what = FORBIDDEN.get(section);
    if (what) throw new Error(`The kernels have ${what}, which would collide with the memory that they share.`);
  }
  return binary;
}

/** The ids of the sections of a WebAssembly binary, in order. */
function* sections(binary) {
  let at = 8;
  while (at < binary.length) {
    const id = binary[at++];
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = binary[at++];
      size += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    yield id;
    at += size;
  }
}

async function source() {
  const parts = ['// Written by wasm/build.js from wasm/assembly: do not edit.\n'];
  for (const { name, doc, options } of VARIANTS) {
    const base64 = Buffer.from(await compile(options)).toString('base64');
    parts.push(`\n/** ${doc} */\nexport const ${name} =\n  '${base64}';\n`);
  }
  return parts.join('');
}

process.chdir(folder);
const built = await source();
if (process.argv.includes('--check')) {
  if (built !== (await readFile(target, 'utf8'))) {
    console.error(`${path.relative(process.cwd(), target)} is not what wasm/assembly gives: run node wasm/build.js.`);
    process.exitCode = 1;
  }
} else {
  await writeFile(target, built);
}
