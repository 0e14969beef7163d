/**
 * A small program that uses the packages as anybody's would, for every runtime:
 *
 *     program.ts FOLDER BACKEND
 *
 * Draws a dataset in FOLDER, trains two steps on it, translates an image with the result, and prints what came of it as
 * JSON on the last line.
 */
import path from 'node:path';
import { loadTranslator, openBackend, parseTrainingConfig, train, translateSample } from '@instagan/core';
import { drawDataset, listInputs, loadSample, openFolderPairs, writeImage } from '@instagan/datasets';

/** What the program prints. */
export interface ProgramReport {
  readonly runtime: string;
  readonly device: string;
  /** Decode threads that ran. */
  readonly workers: number;
  readonly warnings: readonly string[];
  /** Of every step, in the order of their names. */
  readonly losses: readonly (readonly number[])[];
  /** Every 97th value of the translated image, in [-1, 1]. */
  readonly translated: readonly number[];
  readonly masks: number;
}

const [folder = '', backendName] = process.argv.slice(2);
if (backendName !== 'wasm' && backendName !== 'cpu') throw new Error('The second argument is wasm or cpu.');
const data = path.join(folder, 'meadow');
const runFolder = path.join(folder, `run-${backendName}`);
const size = { height: 32, width: 32 };
await drawDataset({ output: data, count: 2, seed: 4, ...size });

const backend = await openBackend(backendName, backendName === 'wasm' ? { threads: 2 } : {});
const network = { size, ngf: 2, ndf: 2, blocks: 1, maxInstances: 2, seed: 5, sampleEvery: 2 };
const warnings: string[] = [];
const losses: number[][] = [];
let workers = 0;
const events = train({
  runFolder,
  config: parseTrainingConfig(network, 'the program'),
  resume: false,
  backend,
  steps: 2,
  openData: async (config) => {
    const pairs = await openFolderPairs({ root: data, needMasks: true, workers: 1, ...config });
    workers = pairs.workers;
    return pairs;
  },
  writePicture: writeImage,
});
for await (const event of events) {
  if (event.type === 'warning') warnings.push(event.message);
  if (event.type !== 'step') continue;
  const entries = Object.entries(event.losses).sort(([a], [b]) => (a < b ? -1 : 1));
  losses.push(entries.map(([, value]) => value as number));
}

const [input] = await listInputs(path.join(data, 'testA'), path.join(data, 'testA_seg'));
if (input === undefined) throw new Error('The drawn set has no test image.');
const translator = await loadTranslator(runFolder, 'AtoB');
const { image, masks } = await translateSample(translator, await loadSample(input));
translator.dispose();
await backend.close();

const runtime = ['bun', 'deno'].find((name) => name in process.versions) ?? 'node';
const translated = [...image].filter((_, index) => index % 97 === 0);
const report: ProgramReport = {
  runtime,
  device: backend.device,
  workers,
  warnings,
  losses,
  translated,
  masks: masks.length,
};
console.log(JSON.stringify(report));
