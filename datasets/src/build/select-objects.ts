import { createHash } from 'node:crypto';
import { connectedComponents } from '@instagan/core/data';
import type { MaskShape } from '../folder/mask-overlap.ts';
import { OVERLAP_LIMIT, overlap, shapeOf } from '../folder/mask-overlap.ts';
import type { MaskImage } from '../images/image-file.ts';
import { encodeMask } from '../images/write-image.ts';

/** Which objects of an image become instances. */
export interface ObjectFilter {
  /** Smaller and larger shares of the image are left out, 0 … 1. */
  readonly minArea: number;
  readonly maxArea: number;
  /** Whether annotations of many objects at once count as one. */
  readonly crowds: boolean;
  /** Whether each connected part of an object is an instance of its own. */
  readonly parts: boolean;
  /** Whether two masks of almost the same pixels both stay. */
  readonly repeats: boolean;
}

/** Why an object is left out. */
export type ObjectFate = 'kept' | 'empty' | 'small' | 'large' | 'repeated';

/** The masks of one image that are kept, as PNG files: a fraction of their size. */
export class ObjectSelection {
  private readonly filter: ObjectFilter;
  private readonly kept: {
    readonly areaPx: number;
    readonly png: Uint8Array;
    readonly shape: Omit<MaskShape, 'file'>;
  }[] = [];
  private readonly counts: Record<ObjectFate, number> = { kept: 0, empty: 0, small: 0, large: 0, repeated: 0 };

  constructor(filter: ObjectFilter) {
    this.filter = filter;
  }

  /** So many objects met each fate. */
  get fates(): Readonly<Record<ObjectFate, number>> {
    return this.counts;
  }

  /** The masks, largest first. */
  get masks(): readonly Uint8Array[] {
    return [...this.kept].sort((a, b) => b.areaPx - a.areaPx).map(({ png }) => png);
  }

  /** Takes an object, or its parts. */
  async add(mask: MaskImage): Promise<void> {
    if (!this.filter.parts) return this.addOne(mask);
    const { labels, count } = connectedComponents(mask.data, mask.width, mask.height, 8);
    if (count === 0) this.counts.empty++;
    for (let label = 1; label <= count; label++) {
      await this.addOne({ ...mask, data: Uint8Array.from(labels, (each) => (each === label ? 255 : 0)) });
    }
  }

  private async addOne(mask: MaskImage): Promise<void> {
    let areaPx = 0;
    for (const value of mask.data) if (value !== 0) areaPx++;
    const fate = this.fateOf(mask, areaPx);
    if (fate !== 'kept') {
      this.counts[fate]++;
      return;
    }
    const digest = createHash('sha1').update(mask.data).digest('hex');
    const shape = { digest, ...shapeOf(mask) };
    const isRepeated = this.kept.some(
      (other) => other.shape.digest === digest || overlap(other.shape, shape) > OVERLAP_LIMIT,
    );
    if (isRepeated && !this.filter.repeats) {
      this.counts.repeated++;
      return;
    }
    this.counts.kept++;
    this.kept.push({ areaPx, png: await encodeMask(mask), shape });
  }

  private fateOf({ data }: MaskImage, areaPx: number): ObjectFate {
    const share = areaPx / data.length;
    if (areaPx === 0) return 'empty';
    if (share < this.filter.minArea) return 'small';
    return share > this.filter.maxArea || areaPx === data.length ? 'large' : 'kept';
  }
}
