/**
 * One image with its instances, decoded, on the host.
 *
 * Everything a network sees goes through this shape, so that readers of files, frames of videos and drawn scenes are
 * interchangeable.
 */
export interface Sample {
  /** File name without its ending; unique within a domain. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** RGB, row by row, `[height, width, 3]`, values in [-1, 1]. */
  readonly image: Float32Array;
  /** One per instance, `[height, width]`, -1 background and 1 object. May be empty. */
  readonly masks: readonly Float32Array[];
  /** What jitter has hidden; absent if the masks were not jittered. */
  readonly truth?: MaskTruth;
}

/** The truth about masks that were jittered on purpose. Masks as in a {@link Sample}. */
export interface MaskTruth {
  /** The masks as they were, one per instance; at least one if there was any. */
  readonly masks: readonly Float32Array[];
  /**
   * What each jittered mask should be, in their order: the object that it stands for, the union of the objects if it
   * stands for several, all background if for none.
   */
  readonly targets: readonly Float32Array[];
}
