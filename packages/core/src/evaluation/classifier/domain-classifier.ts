import * as tf from '@tensorflow/tfjs';
import type { DomainName } from '../../data/sample.ts';
import { classify, FEATURES } from './classifier-network.ts';
import { CROP_PX, maskedView, type ObjectCrop } from './object-crop.ts';

/** Crops that are classified at once. */
const BATCH = 32;

/** What the classifier says of a crop. */
export interface Classification {
  /** The probability of domain B, of the object with some of its surroundings. */
  readonly plain: number;
  /** The same of the object alone, all else grey. */
  readonly masked: number;
  /** What it computes of the object with its surroundings before it decides: {@link FEATURES} values. */
  readonly features: Float32Array;
}

/** How good a classifier is on crops of real images that it was not trained on. */
export interface ClassifierAccuracy {
  /** Share of the objects whose domain is told; both domains count alike, however many objects they have. */
  readonly plain: number;
  /** The same for objects alone, all else grey. */
  readonly masked: number;
  /** Objects that were held out. */
  readonly objects: number;
}

/** A classifier with what else is known of the images that it was trained on. */
export interface TrainedClassifier {
  readonly classifier: DomainClassifier;
  readonly accuracy: ClassifierAccuracy;
  /** Of the training objects of each domain, see `shapeOf`. */
  readonly shapes: Readonly<Record<DomainName, readonly Uint8Array[]>>;
}

/** Tells from a crop around an object to which domain it belongs. */
export class DomainClassifier {
  readonly parameters: ReadonlyMap<string, tf.Tensor>;

  /** Takes ownership of the tensors. */
  constructor(parameters: ReadonlyMap<string, tf.Tensor>) {
    this.parameters = parameters;
  }

  /** @param crops of {@link CROP_PX} */
  async classify(crops: readonly ObjectCrop[]): Promise<Classification[]> {
    const plain = await this.#run(crops.map(({ image }) => image));
    const masked = await this.#run(crops.map(maskedView));
    return plain.map(({ probability, features }, i) => ({
      plain: probability,
      masked: masked[i]?.probability as number,
      features,
    }));
  }

  /** The features of pictures alone. @param pictures `[CROP_PX, CROP_PX, 3]` each, values in [-1, 1] */
  async featuresOf(pictures: readonly Float32Array[]): Promise<Float32Array[]> {
    return (await this.#run(pictures)).map(({ features }) => features);
  }

  async #run(pictures: readonly Float32Array[]): Promise<{ probability: number; features: Float32Array }[]> {
    const results: { probability: number; features: Float32Array }[] = [];
    for (let first = 0; first < pictures.length; first += BATCH) {
      const part = pictures.slice(first, first + BATCH);
      const values = new Float32Array(part.length * CROP_PX ** 2 * 3);
      for (const [i, picture] of part.entries()) values.set(picture, i * CROP_PX ** 2 * 3);
      const output = tf.tidy(() => {
        const { logits, features } = classify(this.parameters, tf.tensor4d(values, [part.length, CROP_PX, CROP_PX, 3]));
        return { probabilities: tf.sigmoid(logits), features };
      });
      const [probabilities, features] = await Promise.all([output.probabilities.data(), output.features.data()]);
      tf.dispose([output.probabilities, output.features]);
      for (let i = 0; i < part.length; i++) {
        results.push({
          probability: probabilities[i] as number,
          features: (features as Float32Array).slice(i * FEATURES, (i + 1) * FEATURES),
        });
      }
    }
    return results;
  }

  dispose(): void {
    tf.dispose([...this.parameters.values()]);
  }
}
