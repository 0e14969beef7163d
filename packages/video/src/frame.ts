/** A fraction, such as the 1001/30000 seconds that a tick may last. */
export interface Rational {
  readonly numerator: number;
  readonly denominator: number;
}

/** One picture of a video. */
export interface VideoFrame {
  /** 0 for the first frame of what is selected of the video, on every machine and after every restart. */
  readonly index: number;
  /** When it is shown, in ticks of the video's time base. */
  readonly ticks: number;
  /** `[height, width, 3]`, or `[height, width, 4]` with alpha; 0 … 255. */
  readonly data: Uint8Array;
}

/** What all frames of a video have in common. */
export interface FrameFormat {
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
  /** Seconds that a tick lasts. */
  readonly timeBase: Rational;
  /** Width of a pixel relative to its height; 1/1 for square ones. */
  readonly pixelAspect: Rational;
}

export function secondsOf(ticks: number, { numerator, denominator }: Rational): number {
  return (ticks * numerator) / denominator;
}

/** Bytes of a pixel. */
export function channelsOf({ hasAlpha }: Pick<FrameFormat, 'hasAlpha'>): 3 | 4 {
  return hasAlpha ? 4 : 3;
}
