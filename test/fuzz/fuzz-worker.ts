import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { createRng } from '@instagan/core/data';
import { Coverage } from './coverage.ts';
import { readFilesAtOnce } from './files-at-once.ts';
import type { FuzzJob, FuzzResult } from './fuzz-job.ts';
import { FuzzPlace, type FuzzTarget, memoryFolder } from './fuzz-target.ts';
import { faultOf, watchFiles } from './guard.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { mutateJson, mutateJsonLines } from './mutate-json.ts';
import { TARGETS } from './targets/index.ts';

const MUTATIONS = { bytes: mutateBytes, json: mutateJson, 'json-lines': mutateJsonLines };
/** Different faults that are told of one target. */
const MAX_FINDS = 20;
/** Garbage must not look like growth. A collection takes as long as a hundred inputs, so that there is none before there is garbage. */
const MAX_GARBAGE_BYTES = 64 * 2 ** 20;
const INPUTS_BETWEEN_LOOKS = 50;
/** Of so many inputs of the corpus the shortest is changed: one that takes a hundred times as long seldom tells a hundred times as much. */
const CANDIDATES = 3;
/** So often any is, however long. */
const ANY_SHARE = 0.1;

const job = workerData as FuzzJob;
const { target: name, seed, seconds, inputs, shared } = job;
const target = TARGETS.find((each) => each.name === name) as FuzzTarget;
const [beganMs, counts] = [new Float64Array(shared, 0, 1), new Int32Array(shared, 8, 2)];
const current = new Uint8Array(shared, 16);
const place = new FuzzPlace(mkdtempSync(path.join(memoryFolder(), 'instagan-fuzz-')));
process.once('exit', () => rmSync(place.folder, { recursive: true, force: true }));
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

// Rights of files are those of the process, and a worker may not change them.
process.umask = () => 0o22;

const rng = createRng(seed, 'fuzz', name);
const finds = new Map<string, { fault: string; input: Uint8Array }>();
const seeds = await target.seeds();
readFilesAtOnce();
watchFiles(place);
const coverage = new Coverage();
const corpus: Uint8Array[] = [];
let tried = 0;

for (const input of seeds) {
  const fault = await tryInput(input);
  if (fault !== null) throw new Error(`${name}: an input that is as it should be: ${fault}`);
  coverage.take();
  corpus.push(input);
}
for (const input of job.corpus) {
  await tryInput(input);
  if (coverage.take()) corpus.push(input);
}
collect();
let keptBytes = heapBytes();
parentPort?.postMessage({ type: 'begun' });

const endMs = performance.now() + seconds * 1000;
while (performance.now() < endMs && tried < inputs && finds.size < MAX_FINDS) {
  const changed = MUTATIONS[target.kind](chosenInput(), rng, corpus, target.words);
  const input = target.mend !== undefined && rng.uniform() < 0.7 ? target.mend(changed) : changed;
  const fault = await tryInput(input);
  if (coverage.take()) corpus.push(input);
  if (fault !== null) remember(fault, input);
  if (tried % INPUTS_BETWEEN_LOOKS === 0 && heapBytes() - keptBytes > MAX_GARBAGE_BYTES) {
    collect();
    keptBytes = heapBytes();
  }
}
const result: FuzzResult = {
  type: 'done',
  tried,
  ways: coverage.size,
  corpus: corpus.length,
  finds: [...finds.values()],
};
rmSync(place.folder, { recursive: true, force: true });
parentPort?.postMessage(result);

/** An input of the corpus, rather one of the newest than of all, and rather a short one. */
function chosenInput(): Uint8Array {
  const recent = rng.uniform() < 0.5 ? Math.max(0, corpus.length - 20) : 0;
  const count = rng.uniform() < ANY_SHARE ? 1 : CANDIDATES;
  const drawn = Array.from({ length: count }, () => corpus[recent + rng.integer(corpus.length - recent)] as Uint8Array);
  return drawn.reduce((shortest, input) => (input.length < shortest.length ? input : shortest));
}

function heapBytes(): number {
  const { used_heap_size: heap, external_memory: arrays } = getHeapStatistics();
  return heap + arrays;
}

/** Tries an input, which the main thread can see meanwhile. */
async function tryInput(input: Uint8Array): Promise<string | null> {
  current.set(input.subarray(0, current.length));
  counts[0] = input.length;
  beganMs[0] = Date.now();
  const fault = await faultOf(target, input, place);
  beganMs[0] = 0;
  counts[1] = ++tried;
  return fault;
}

/** One input of each kind of fault, the shortest. */
function remember(fault: string, input: Uint8Array): void {
  const kind = createHash('sha256').update(fault.replace(/\d+/g, 'N').split('\n').slice(0, 3).join()).digest('hex');
  const known = finds.get(kind);
  if (known === undefined || known.input.length > input.length) finds.set(kind, { fault, input });
}
