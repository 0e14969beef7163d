// Tries to break what reads files, streams and commands of others.
//
//   npm run test:fuzz [-- --seconds N] [--inputs N] [--only NAME,…] [--seed N]
//
// Each target gets N seconds (20), or as many inputs if those come first. What is found is kept in finds/, where `npm test` reads
// it again from then on. The counts are also left in .cache/fuzz-results.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findsOf, keepFind } from './corpus.ts';
import { fuzz } from './fuzz.ts';
import { instrument } from './instrument.js';
import { TARGETS } from './targets/index.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    inputs: { type: 'string', default: 'Infinity' },
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
  },
});
const cache = path.join(import.meta.dirname, '../../.cache');
const program = path.join(cache, 'fuzz-worker.mjs');
mkdirSync(cache, { recursive: true });
await instrument(program);
console.log(`seed ${values.seed}`);
let [passed, failed] = [0, 0];
const only = values.only.split(',');
for (const { name } of TARGETS.filter((target) => only.some((part) => target.name.includes(part)))) {
  const begin = performance.now();
  const { tried, ways, corpus, finds } = await fuzz(program, {
    target: name,
    seed: Number(values.seed),
    seconds: Number(values.seconds),
    inputs: Number(values.inputs),
    corpus: findsOf(name).map(({ input }) => input),
  });
  const seconds = (performance.now() - begin) / 1000;
  if (finds.length === 0) passed++;
  else failed++;
  console.log(
    `${finds.length === 0 ? 'ok    ' : 'FAILED'}  ${name.padEnd(20)} ${String(tried).padStart(8)} inputs, ${ways} ways, ${corpus} kept, ${seconds.toFixed(0)} s`,
  );
  for (const { fault, input } of finds) console.log(`  ${keepFind(name, input)}: ${fault.slice(0, 600)}`);
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
writeFileSync(path.join(cache, 'fuzz-results.json'), `${JSON.stringify({ passed, failed, skipped: 0 })}\n`);
process.exitCode = failed > 0 ? 1 : 0;
