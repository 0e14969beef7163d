/** What the translation of a video tells as it goes. */
export type VideoProgress = VideoStarted | VideoFrameDone | VideoPartDone | VideoFinished;

export interface VideoStarted {
  readonly type: 'started';
  readonly width: number;
  readonly height: number;
  /** Frames a second of the output, if they come evenly; null if it is not known. */
  readonly fps: number | null;
  /** Frames that the output will have, as far as the header of the input tells; null if it does not. */
  readonly expectedFrames: number | null;
  /** Frames that an earlier run has done. */
  readonly resumedFrames: number;
  /** As ffmpeg names it, such as `libx264`. */
  readonly encoder: string;
  /** What does not come out as it came in, or was assumed, a sentence each. */
  readonly remarks: readonly string[];
}

export interface VideoFrameDone {
  readonly type: 'frame';
  /** With those of earlier runs. */
  readonly doneFrames: number;
  readonly instances: number;
}

/** What is safe from now on if the process is killed. */
export interface VideoPartDone {
  readonly type: 'part';
  readonly doneFrames: number;
}

export interface VideoFinished {
  readonly type: 'finished';
  /** The file; null if none was written, as for a shard. */
  readonly output: string | null;
  readonly doneFrames: number;
  /** Whether it was stopped by its signal before the end. */
  readonly isStopped: boolean;
  /** What turned out to be missing in the input, a sentence each. */
  readonly remarks: readonly string[];
}
