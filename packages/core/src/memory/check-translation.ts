import * as tf from '@tensorflow/tfjs';
import type { OpenBackend } from '../backends/backend.ts';
import type { SizePx } from '../data/transform-draw.ts';
import { UserError } from '../errors.ts';
import type { TranslationModel } from '../models/translation-model.ts';
import { type AvailableMemory, availableMemory } from './available-memory.ts';
import { lackOf } from './check-memory.ts';
import { neededMemory } from './needed-memory.ts';
import { withShapeBackend } from './shape-backend.ts';
import type { StepTensors } from './step-tensors.ts';

/** Values and bytes of an image, as they come in, lie in the networks and go out; and those of a mask. */
const BYTES_PER_PIXEL = { image: 45, mask: 10 };

type Counts = Parameters<typeof checkTranslation>[2];

/** As {@link checkTranslation}, for many images by one model: each size with as many instances and masks is looked at once. */
export function translationCheck(
  model: TranslationModel,
  backend: Pick<OpenBackend, 'name' | 'software'>,
): (image: SizePx, counts: Counts) => Promise<void> {
  const checked = new Map<string, Promise<void>>();
  return ({ height, width }, counts) => {
    const key = [height, width, counts.instances, counts.masks].join(' ');
    const check = checked.get(key) ?? checkTranslation(model, { height, width }, counts, backend);
    checked.set(key, check);
    return check;
  };
}

/**
 * Finds out, before anything is computed, whether an image that is translated whole fits in memory.
 *
 * @param instances that are translated at once
 * @param masks of the image
 * @param backend is open
 * @throws UserError if it does not fit, with what does
 */
export async function checkTranslation(
  model: TranslationModel,
  image: SizePx,
  { instances, masks }: { readonly instances: number; readonly masks: number },
  backend: Pick<OpenBackend, 'name' | 'software'>,
  available: AvailableMemory = availableMemory(backend),
): Promise<void> {
  // A failed forecast is no reason to refuse a translation.
  const tensors = await translationTensors(model, image, instances).catch(() => null);
  if (tensors === null) return;
  const needed = neededMemory(backend.name, tensors, backend.software);
  const pixels = image.height * image.width;
  const ownBytes = pixels * (BYTES_PER_PIXEL.image + masks * BYTES_PER_PIXEL.mask);
  const lack = lackOf({ ...needed, ramBytes: needed.ramBytes + ownBytes }, available, backend.name);
  if (lack === undefined) return;
  const regions = model.masks === 'each' ? 'translate parts around the objects with --region objects, or ' : '';
  throw new UserError(
    `An image of ${image.width}x${image.height} pixels, translated whole, needs ${lack}: ${regions}make it smaller with --size.`,
  );
}

/** The tensors of one call of a generator, found by running it without values. */
function translationTensors(
  model: TranslationModel,
  { height, width }: SizePx,
  instances: number,
): Promise<StepTensors> {
  const { multipleOf, min } = model.sidePx;
  const padded = (side: number) => Math.ceil(Math.max(side, min) / multipleOf) * multipleOf;
  const slots = Math.max(1, instances);
  return withShapeBackend((meter) => {
    const parameters = new Map(model.generatorSpecs.map(({ name, shape }) => [name, tf.fill([...shape], 0)]));
    const stateBytes = meter.bytes;
    const outputs = tf.tidy(() => {
      const image = tf.fill([1, padded(height), padded(width), 3], 0) as tf.Tensor4D;
      const masks = tf.fill([slots, padded(height), padded(width), 1], 0) as tf.Tensor4D;
      const output = model.generate(parameters, { image, masks, counts: [slots] });
      return [output.image, output.masks];
    });
    tf.dispose([...outputs, ...parameters.values()]);
    const { peakBytes, largestBytes, pooledBytes } = meter;
    return { stateBytes, peakBytes, largestBytes, pooledBytes };
  });
}
