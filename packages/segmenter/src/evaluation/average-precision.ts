/** Predicted and true instances of one image. */
export interface InstancePair {
  /** One label a pixel, 0 for none; instance i has the label i + 1. */
  readonly predicted: { readonly labels: Int32Array; readonly confidences: readonly number[] };
  /** One mask per true instance, object where not 0; they may overlap, and one without a pixel is no instance. */
  readonly truth: readonly Uint8Array[];
}

/** Recalls at which precision is read off, as COCO does. */
const RECALL_POINTS = 101;

/**
 * Average precision of instances, as COCO computes it for one category and one threshold (Lin et al. 2014): predictions of
 * all images in order of falling confidence, each matched with the free true instance that it covers best, if their
 * intersection over union reaches the threshold; then the mean over 101 recalls of the best precision at that recall or
 * a higher one.
 *
 * @param threshold on the intersection over union. @default 0.5, which gives AP50
 * @returns 0 … 1; NaN if there is no true instance
 */
export function averagePrecision(images: readonly InstancePair[], threshold = 0.5): number {
  const pairs = images.map(({ predicted, truth }) => ({ predicted, truth: truth.filter(hasObject) }));
  const total = pairs.reduce((sum, { truth }) => sum + truth.length, 0);
  if (total === 0) return Number.NaN;
  const outcomes = pairs.flatMap((pair) => matchInstances(pair, threshold));
  outcomes.sort((a, b) => b.confidence - a.confidence);
  let hits = 0;
  const points = outcomes.map(({ isHit }, i) => {
    if (isHit) hits++;
    return { recall: hits / total, precision: hits / (i + 1) };
  });
  let best = 0;
  for (const point of [...points].reverse()) {
    best = Math.max(best, point.precision);
    point.precision = best;
  }
  let sum = 0;
  let next = 0;
  for (let i = 0; i < RECALL_POINTS; i++) {
    const recall = i / (RECALL_POINTS - 1);
    while (next < points.length && (points[next] as { recall: number }).recall < recall - 1e-9) next++;
    sum += points[next]?.precision ?? 0;
  }
  return sum / RECALL_POINTS;
}

/** Whether a mask holds a pixel: the one of an image without objects does not, nor that of an object lost in resizing. */
function hasObject(mask: Uint8Array): boolean {
  return mask.some((value) => value !== 0);
}

function matchInstances(
  { predicted, truth }: InstancePair,
  threshold: number,
): { confidence: number; isHit: boolean }[] {
  const overlaps = overlapsOf(predicted.labels, predicted.confidences.length, truth);
  const order = [...predicted.confidences.keys()].sort(
    (a, b) => (predicted.confidences[b] as number) - (predicted.confidences[a] as number),
  );
  const taken = new Set<number>();
  return order.map((instance) => {
    let match = -1;
    let best = threshold;
    for (const [i, iou] of (overlaps[instance] as number[]).entries()) {
      if (taken.has(i) || iou < best) continue;
      [match, best] = [i, iou];
    }
    if (match >= 0) taken.add(match);
    return { confidence: predicted.confidences[instance] as number, isHit: match >= 0 };
  });
}

/** Intersection over union of every predicted with every true instance. */
function overlapsOf(labels: Int32Array, count: number, truth: readonly Uint8Array[]): number[][] {
  const areas = new Int32Array(count + 1);
  for (const label of labels) areas[label]!++;
  const overlaps = Array.from({ length: count }, () => new Array<number>(truth.length).fill(0));
  for (const [i, mask] of truth.entries()) {
    const both = new Int32Array(count + 1);
    let area = 0;
    for (let pixel = 0; pixel < mask.length; pixel++) {
      if (mask[pixel] === 0) continue;
      area++;
      both[labels[pixel] as number]!++;
    }
    for (let instance = 0; instance < count; instance++) {
      const shared = both[instance + 1] as number;
      (overlaps[instance] as number[])[i] = shared / ((areas[instance + 1] as number) + area - shared);
    }
  }
  return overlaps;
}
