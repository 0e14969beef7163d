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
  /** The masks as they were before they were jittered; absent if they were not. At least one if `masks` has any. */
  readonly trueMasks?: readonly Float32Array[];
}
