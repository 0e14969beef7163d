import * as tf from '@tensorflow/tfjs';
import type { DomainName } from '../../data/sample.ts';
import type { DeviceSample } from '../../networks/instance-set.ts';
import { takeRows } from '../../ops/rows.ts';
import type { DeviceTruth } from './device-samples.ts';
import type { ImagePool } from './image-pool.ts';
import type { TrainingState } from './training-state.ts';

/** What a direction works on: samples of its source domain and of the other one, and what is true of jittered ones. */
interface DirectionSamples {
  readonly sources: readonly DeviceSample[];
  readonly others: readonly DeviceSample[];
  readonly truth?: { readonly sources: readonly DeviceTruth[]; readonly others: readonly DeviceTruth[] } | undefined;
}

/**
 * One of the two translations within a step: samples of a source domain on their way, chunk by chunk, to the other domain. Each
 * chunk starts from the image that the last one left.
 */
export class Direction {
  readonly source: DomainName;
  /** The discriminator of the other domain, and the pool of its fakes. */
  readonly opponent: 'discriminatorA' | 'discriminatorB';
  /** That of its objects. */
  readonly objectOpponent: 'objectDiscriminatorA' | 'objectDiscriminatorB';
  readonly pool: ImagePool;
  /** Real samples of the other domain, with all their true instances. */
  readonly reals: readonly DeviceSample[];
  /** Instances in the order in which they are translated. */
  readonly #sources: readonly DeviceSample[];
  /** What the masks of the sources should be, where they are not. */
  readonly #targets: readonly tf.Tensor4D[] | undefined;
  /** What has become of the sources: the last chunk's image, and the masks translated until now. */
  readonly #progress: { image: tf.Tensor4D; masks: tf.Tensor4D | null }[];

  constructor(source: DomainName, { poolA, poolB }: TrainingState, { sources, others, truth }: DirectionSamples) {
    this.source = source;
    this.opponent = source === 'A' ? 'discriminatorB' : 'discriminatorA';
    this.objectOpponent = source === 'A' ? 'objectDiscriminatorB' : 'objectDiscriminatorA';
    this.pool = source === 'A' ? poolB : poolA;
    this.reals = others.map(({ image, masks }, i) => ({ image, masks: truth?.others[i]?.masks ?? masks }));
    this.#sources = sources;
    this.#targets = truth?.sources.map(({ targets }) => targets);
    this.#progress = sources.map(({ image }) => ({ image, masks: null }));
  }

  /** Which samples still have an instance of number `first`. */
  samplesWith(first: number): number[] {
    return this.#sources.flatMap(({ masks }, sample) => (masks.shape[0] > first ? [sample] : []));
  }

  /** Of each sample the image that the last chunk left, and the masks of the next `size` instances; what `generatorStep` takes. */
  take(samples: readonly number[], first: number, size: number) {
    const ofChunk = (masks: tf.Tensor4D) => takeRows(masks, first, Math.min(size, masks.shape[0] - first));
    const targets = this.#targets;
    return {
      input: samples.map((sample) => ({
        image: this.#progress[sample]!.image,
        masks: ofChunk(this.#sources[sample]!.masks),
      })),
      targets: targets && samples.map((sample) => ofChunk(targets[sample] as tf.Tensor4D)),
      earlier: samples.flatMap((sample) => this.#progress[sample]?.masks ?? []),
    };
  }

  /** Takes over a translated chunk: each image replaces the last one, and its masks join those translated before. */
  advance(samples: readonly number[], fakes: readonly DeviceSample[]): void {
    for (const [i, sample] of samples.entries()) {
      const fake = fakes[i] as DeviceSample;
      const before = this.#progress[sample]!;
      const masks = before.masks === null ? fake.masks : tf.keep(tf.concat([before.masks, fake.masks], 0));
      if (before.masks !== null) tf.dispose([before.masks, fake.masks]);
      if (before.image !== this.#sources[sample]?.image) before.image.dispose();
      this.#progress[sample] = { image: fake.image, masks };
    }
  }

  /** A sample of which a chunk was translated, with all masks translated until now. */
  translated(sample: number): DeviceSample {
    return this.#progress[sample] as DeviceSample;
  }

  /** A real sample beside one that is translated; they begin again where there are fewer. */
  realBeside(sample: number): DeviceSample {
    return this.reals[sample % this.reals.length] as DeviceSample;
  }

  /** Disposes of what was translated. */
  dispose(): void {
    for (const [sample, { image, masks }] of this.#progress.entries()) {
      if (image !== this.#sources[sample]?.image) image.dispose();
      masks?.dispose();
    }
  }
}
