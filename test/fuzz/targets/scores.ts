import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createRng } from '@instagan/core/data';
import { DomainClassifier } from '@instagan/core/evaluation';
import {
  freshClassifier,
  readBest,
  readClassifier,
  writeBest,
  writeClassifier,
} from '@instagan/core/internals/formats';
import * as tf from '@tensorflow/tfjs';
import { type FuzzTarget, jsonBytes, memoryFolder, textOf } from '../fuzz-target.ts';

/** `best.json`: which checkpoint scored best. */
const best: FuzzTarget = {
  name: 'best',
  kind: 'json',
  words: ['step', 'score', 'sha256', '__proto__', 'NaN'],
  seeds: () =>
    withFolder(async (folder) => {
      await writeBest(folder, { step: 500, score: 0.75 });
      const bytes = Uint8Array.from(readFileSync(path.join(folder, 'checkpoints', 'best.json')));
      const { sha256: _, ...older } = JSON.parse(textOf(bytes));
      return [bytes, jsonBytes(older)];
    }),
  read: async (input, place) => {
    mkdirSync(path.join(place.folder, 'checkpoints'), { recursive: true });
    place.file('checkpoints/best.json', input);
    const found = await readBest(place.folder);
    if (found === null) return [];
    if (!Number.isSafeInteger(found.step) || found.step < 0 || !Number.isFinite(found.score)) {
      throw new Error('A checkpoint that is none.');
    }
    return [];
  },
};

const FINGERPRINT = 'f00d';
/** The weights behind the header, which are the same for all inputs. */
let weights = new Uint8Array(0);

/** The header of a saved classifier; the numbers behind it are always there. */
const classifier: FuzzTarget = {
  name: 'classifier',
  kind: 'json',
  words: ['dtype', 'shape', 'data_offsets', 'F32', 'U8', 'I64', '__metadata__', 'fingerprint', 'accuracy', FINGERPRINT],
  seeds: () =>
    withFolder(async (folder) => {
      const file = path.join(folder, 'classifier.safetensors');
      const fresh = new DomainClassifier(freshClassifier(createRng(1)));
      const accuracy = { plain: 0.9, masked: Number.NaN, objects: 8 };
      const shapes = { A: [new Uint8Array(32 * 32)], B: [] };
      await writeClassifier(file, { classifier: fresh, accuracy, shapes }, FINGERPRINT);
      fresh.dispose();
      const bytes = readFileSync(file);
      const start = 8 + Number(bytes.readBigUInt64LE());
      weights = Uint8Array.from(bytes.subarray(start));
      return [Uint8Array.from(bytes.subarray(8, start))];
    }),
  read: async (input, place) => {
    const length = new Uint8Array(8);
    new DataView(length.buffer).setBigUint64(0, BigInt(input.length), true);
    const file = place.file('classifier.safetensors', Buffer.concat([length, input, weights]));
    const before = tf.memory().numTensors;
    const found = await readClassifier(file, FINGERPRINT);
    found?.classifier.dispose();
    if (tf.memory().numTensors !== before) throw new Error('Tensors are left.');
    return [];
  },
};

/** Lets a folder be used, and removes it. */
async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(memoryFolder(), 'instagan-fuzz-seed-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const SCORES: readonly FuzzTarget[] = [best, classifier];
