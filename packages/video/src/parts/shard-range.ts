import { type Shard, UsageError } from '@instagan/core';

/** The stretch of time that a shard translates: from the first inclusive to the second exclusive. */
export interface TimeRange {
  readonly fromSeconds: number | undefined;
  readonly untilSeconds: number | undefined;
}

/**
 * The stretch of a video that a shard takes. Every frame falls into exactly one, also those before 0 and after the end that
 * the header gives.
 *
 * @throws UsageError if the length of the video is not known
 */
export function timeRangeOf({ number, count }: Shard, durationSeconds: number | null): TimeRange {
  if (count === 1) return { fromSeconds: undefined, untilSeconds: undefined };
  if (durationSeconds === null) {
    throw new UsageError(
      'A video whose header does not give its length cannot be split: convert it to mp4 or mkv first.',
    );
  }
  // Rounded as ffmpeg will read it, so that neighbours meet at the same moment.
  const border = (at: number) => Math.round(((durationSeconds * at) / count) * 1e6) / 1e6;
  return {
    fromSeconds: number === 1 ? undefined : border(number - 1),
    untilSeconds: number === count ? undefined : border(number),
  };
}
