import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import type { NamedArray } from '../../checkpoint/named-arrays.ts';
import { decodeSafetensors, encodeSafetensors } from '../../checkpoint/safetensors.ts';
import { tensorFromArray } from '../../checkpoint/tensors-from-arrays.ts';
import { UserError } from '../../errors.ts';
import { readTensors } from '../../optimizer/trained-arrays.ts';
import { isFile, isThere } from '../../runtime/files.ts';
import { writeAtomically } from '../../runtime/write-atomically.ts';
import { SHAPE_PX } from '../metrics/shapes.ts';
import { CLASSIFIER_SHAPES } from './classifier-network.ts';
import { type ClassifierAccuracy, DomainClassifier, type TrainedClassifier } from './domain-classifier.ts';

/** JSON has no NaN: the accuracy of no objects is null there. */
const share = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const accuracySchema: z.ZodType<ClassifierAccuracy> = z.object({
  plain: share,
  masked: share,
  objects: z.int().nonnegative(),
});

/** The metadata stand first, by which a classifier is known even if the rest is damaged. */
const HEAD_BYTES = 1024;

/**
 * Saves a classifier as a safetensors file.
 *
 * @param fingerprint of all that decides the classifier
 */
export async function writeClassifier(
  file: string,
  { classifier, accuracy, shapes }: TrainedClassifier,
  fingerprint: string,
): Promise<void> {
  const arrays = new Map(await readTensors(classifier.parameters));
  for (const domain of ['A', 'B'] as const) arrays.set(`shapes${domain}`, joined(shapes[domain]));
  const bytes = encodeSafetensors(arrays, { fingerprint, accuracy: JSON.stringify(accuracy) });
  await writeAtomically(file, bytes, { makesFolder: true });
}

/**
 * Reads the classifier of this fingerprint.
 *
 * @returns null if the file is missing, or holds a classifier that is damaged or of another fingerprint
 * @throws UserError if it holds anything else, which must not be replaced
 */
export async function readClassifier(file: string, fingerprint: string): Promise<TrainedClassifier | null> {
  if (!(await isThere(file))) return null;
  // Whatever reads a named pipe waits for a writer.
  const bytes = (await isFile(file)) ? await readFile(file) : Buffer.alloc(0);
  if (!bytes.subarray(0, HEAD_BYTES).includes('"fingerprint"')) {
    throw new UserError(`${file} is there already and is no classifier: choose another file, or remove it.`);
  }
  const parameters = new Map<string, tf.Tensor>();
  try {
    const { arrays, metadata } = decodeSafetensors(bytes, file);
    if (metadata.fingerprint !== fingerprint) return null;
    const accuracy = accuracySchema.parse(JSON.parse(metadata.accuracy ?? ''));
    const [A, B] = ['A', 'B'].map((domain) => parted(arrays.get(`shapes${domain}`)));
    for (const [layer, shape] of CLASSIFIER_SHAPES) {
      for (const [name, wanted] of [
        [`${layer}.weight`, shape],
        [`${layer}.bias`, shape.slice(-1)],
      ] as const) {
        parameters.set(name, tensorFromArray(arrays.get(name), wanted, `${file}: ${name}`));
      }
    }
    return { classifier: new DomainClassifier(parameters), accuracy, shapes: { A: A ?? [], B: B ?? [] } };
  } catch {
    tf.dispose([...parameters.values()]);
    return null;
  }
}

function joined(shapes: readonly Uint8Array[]): NamedArray {
  const pixels = SHAPE_PX ** 2;
  const data = new Uint8Array(shapes.length * pixels);
  for (const [i, shape] of shapes.entries()) data.set(shape, i * pixels);
  return { shape: [shapes.length, pixels], data };
}

function parted(array: NamedArray | undefined): Uint8Array[] {
  if (array === undefined) return [];
  const pixels = SHAPE_PX ** 2;
  const { data } = array;
  if (!(data instanceof Uint8Array) || data.length % pixels !== 0) throw new Error('Shapes are no pictures.');
  return Array.from({ length: data.length / pixels }, (_, i) => data.slice(i * pixels, (i + 1) * pixels));
}
