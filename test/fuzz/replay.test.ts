import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { findsOf } from './corpus.ts';
import { FuzzPlace } from './fuzz-target.ts';
import { faultOf, watchFiles } from './guard.ts';
import { TARGETS } from './targets/index.ts';

const place = new FuzzPlace(mkdtempSync(path.join(tmpdir(), 'instagan-fuzz-')));
t.teardown(() => rmSync(place.folder, { recursive: true, force: true }));
const seeds = await Promise.all(TARGETS.map((target) => target.seeds()));
watchFiles(place);

for (const [i, target] of TARGETS.entries()) {
  t.test(`${target.name}: no input that was once read wrongly is again`, async (t) => {
    for (const [number, input] of (seeds[i] ?? []).entries()) {
      t.equal(await faultOf(target, input, place), null, `as it should be, ${number}`);
    }
    for (const { name, input } of findsOf(target.name)) t.equal(await faultOf(target, input, place), null, name);
  });
}
