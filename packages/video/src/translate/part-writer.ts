import { rename } from 'node:fs/promises';
import type { Encoder } from '../encode/choose-encoder.ts';
import { encodeFrames, type FrameEncoder } from '../encode/encode-frames.ts';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { type FrameFormat, secondsOf } from '../frame.ts';
import type { FrameMemory } from '../frame-memory.ts';
import type { PartFolder } from '../parts/part-folder.ts';
import { compareFormat, compareFrame } from './compare-frame.ts';
import { flattened } from './frame-pixels.ts';
import { PictureInUse } from './picture-in-use.ts';
import type { TranslatedFrame } from './translate-frames.ts';

export interface PartWriterOptions {
  readonly keepsAlpha: boolean;
  readonly compares: boolean;
  readonly partFrames: number;
  readonly firstFrame: number;
  /** How long a frame is shown, roughly. */
  readonly secondsPerFrame: number;
  /** Takes frames back when they are written and nothing else needs them; null if something does. */
  readonly memory: FrameMemory | null;
}

interface OpenPart {
  readonly encoder: FrameEncoder;
  readonly unfinished: string;
  readonly firstFrame: number;
  readonly firstTicks: number;
  lastTicks: number;
  /** It is written again when the part ends. */
  last: PictureInUse;
  frames: number;
}

/** Encodes frames into parts of equal length; a part is flushed while the next one begins. */
export class PartWriter {
  readonly format: FrameFormat;
  readonly remarks: readonly string[];
  readonly #ffmpeg: Ffmpeg;
  readonly #encoder: Encoder;
  readonly #parts: PartFolder;
  readonly #decoded: FrameFormat;
  readonly #options: PartWriterOptions;
  #nextFrame: number;
  /** As the frame rate has it. */
  readonly #usualTicks: number;
  /** Between the last two frames. */
  #stepTicks: number;
  #lastTicks: number | null = null;
  #open: OpenPart | null = null;
  #flushing: Promise<void> = Promise.resolve();

  constructor(ffmpeg: Ffmpeg, encoder: Encoder, parts: PartFolder, decoded: FrameFormat, options: PartWriterOptions) {
    this.#ffmpeg = ffmpeg;
    this.#encoder = encoder;
    this.#parts = parts;
    this.#decoded = decoded;
    this.#options = options;
    this.#nextFrame = options.firstFrame;
    this.#usualTicks = Math.max(1, Math.round(options.secondsPerFrame / secondsOf(1, decoded.timeBase)));
    this.#stepTicks = this.#usualTicks;
    const shown = options.compares ? compareFormat(decoded) : decoded;
    this.format = { ...shown, hasAlpha: shown.hasAlpha && options.keepsAlpha };
    const isOdd = encoder.needsEvenSides && (shown.width % 2 === 1 || shown.height % 2 === 1);
    this.remarks = [
      ...(isOdd ? [`${encoder.name} takes even sides only: a column or row is repeated at the edge.`] : []),
      ...(decoded.hasAlpha && !options.keepsAlpha ? ['What is transparent is laid on white.'] : []),
    ];
  }

  /** @returns whether a part was ended: when the first frame after it comes */
  async write(frame: TranslatedFrame): Promise<boolean> {
    const picture = this.#options.compares ? compareFrame(frame, this.#decoded) : frame.data;
    const data = this.#decoded.hasAlpha && !this.format.hasAlpha ? flattened(picture) : picture;
    for (const each of [frame.original, frame.data]) if (each !== data) this.#options.memory?.giveBack(each);
    const isFull = this.#open !== null && this.#open.frames >= this.#options.partFrames;
    if (isFull) await this.#close(frame.ticks);
    if (this.#lastTicks !== null) this.#stepTicks = frame.ticks - this.#lastTicks;
    this.#lastTicks = frame.ticks;
    const shown = new PictureInUse(data, () => this.#options.memory?.giveBack(data));
    this.#open ??= this.#begin(frame.ticks, shown);
    const open = this.#open;
    if (open.last !== shown) open.last.release();
    open.last = shown;
    open.lastTicks = frame.ticks;
    open.frames++;
    this.#nextFrame++;
    await this.#encode(open, frame.ticks);
    return isFull;
  }

  /**
   * Ends the last part; all are finished then.
   *
   * @param endSeconds until when the last frame is shown; null for as long as the one before
   */
  async finish(endSeconds: number | null): Promise<void> {
    if (this.#open !== null) {
      const { lastTicks } = this.#open;
      const endTicks =
        endSeconds === null
          ? lastTicks + this.#stepTicks
          : Math.round(endSeconds / secondsOf(1, this.#decoded.timeBase));
      // A file may say that it ends when its last frame begins.
      await this.#close(endTicks > lastTicks ? endTicks : lastTicks + this.#usualTicks);
    }
    await this.#flushing;
  }

  /** Gives up what is not finished. */
  async abort(): Promise<void> {
    await this.#flushing.catch(() => {});
    await this.#open?.encoder.abort();
    this.#open = null;
  }

  /** Encodes the last picture of a part. */
  #encode({ encoder, firstTicks, last }: OpenPart, ticks: number): Promise<void> {
    last.use();
    return encoder.write(ticks - firstTicks, last.data, () => last.release());
  }

  #begin(ticks: number, first: PictureInUse): OpenPart {
    const unfinished = `${this.#parts.fileFor(this.#nextFrame)}.unfinished`;
    const encoder = encodeFrames(this.#ffmpeg, this.#encoder, this.format, unfinished);
    const firstFrame = this.#nextFrame;
    return { encoder, unfinished, firstFrame, firstTicks: ticks, lastTicks: ticks, last: first, frames: 0 };
  }

  async #close(endTicks: number): Promise<void> {
    const open = this.#open as OpenPart;
    await this.#flushing;
    await this.#encode(open, endTicks);
    open.last.release();
    this.#open = null;
    this.#flushing = this.#flush(open, endTicks);
    // Told to whoever waits for it next.
    this.#flushing.catch(() => {});
  }

  async #flush(open: OpenPart, endTicks: number): Promise<void> {
    const { encoder, unfinished, firstFrame, frames } = open;
    await encoder.finish();
    const file = this.#parts.fileFor(firstFrame);
    await rename(unfinished, file);
    const at = (ticks: number) => secondsOf(ticks, this.#decoded.timeBase);
    const times = { startSeconds: at(open.firstTicks), lastSeconds: at(open.lastTicks), endSeconds: at(endTicks) };
    await this.#parts.commit({ file, firstFrame, frames, ...times });
  }
}
