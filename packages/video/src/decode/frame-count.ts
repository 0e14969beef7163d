import { UserError } from '@instagan/core';
import type { FfmpegEnd } from '../ffmpeg/ffmpeg-process.ts';
import type { MediaInput } from '../ffmpeg/media-input.ts';
import type { MediaInfo } from '../ffmpeg/probe-media.ts';
import type { TrackScan } from '../ffmpeg/scan-tracks.ts';
import { CLOCK_ROUNDING_SECONDS } from './decode-filters.ts';
import type { DecodeOptions } from './decode-video.ts';

/** Codecs of which each packet shows one picture, unless it is interlaced, in containers that keep packets apart. */
const PACKET_IS_PICTURE = /^(h264|hevc|vp9|av1|prores|dnxhd|mjpeg|ffv1|png|gif)$/;
const KEEPS_PACKETS_APART = /mov|matroska|gif|mpegts|hls/;

/** Counts the frames that come out of a decoder against those that went in. */
export class FrameCount {
  readonly #input: MediaInput;
  readonly #info: MediaInfo;
  readonly #options: DecodeOptions;
  #frames = 0;
  #lastSeconds: number | null = null;

  constructor(input: MediaInput, info: MediaInfo, options: DecodeOptions) {
    this.#input = input;
    this.#info = info;
    this.#options = options;
  }

  /** Counts a frame. @throws UserError if some are missing before it: with a rate they come evenly */
  add(seconds: number): void {
    const { fps, every = 1 } = this.#options;
    if (fps !== undefined && this.#lastSeconds !== null) {
      const missing = Math.round(((seconds - this.#lastSeconds) * fps) / every) - 1;
      if (missing > 0) throw this.#loss(this.#frames, this.#frames + missing);
    }
    this.#lastSeconds = seconds;
    this.#frames++;
  }

  /**
   * Compares what came out, once all is read, with what ffmpeg says that it decoded.
   *
   * @throws UserError if frames were lost, or pictures of a sequence
   */
  requireDecoded({ notes }: FfmpegEnd): void {
    const { startSeconds = 0, every = 1, fps, toleratesDamage } = this.#options;
    if (startSeconds > 0) return;
    const { pictures } = this.#input;
    const expectedPictures = Math.ceil((pictures?.length ?? 0) / every);
    if (pictures !== null && toleratesDamage !== true && this.#frames !== expectedPictures) {
      throw new UserError(
        `${this.#input.name}: ${this.#frames} of ${expectedPictures} pictures can be decoded; check the one after, or go on with --tolerate-damage.`,
      );
    }
    const counted = new RegExp(`Input stream #0:${this.#info.video.track} .*; (\\d+) frames decoded`);
    const [, decoded] = notes.map((line) => counted.exec(line)).find((match) => match !== null) ?? [];
    if (decoded === undefined || fps !== undefined) return;
    const expected = Math.ceil(Number(decoded) / every);
    if (this.#frames !== expected) throw this.#loss(this.#frames, expected);
  }

  /** What the file holds and the decoder did not give, a sentence each. @param endSeconds where the frames wanted end */
  remarks({ pictureSeconds }: TrackScan, endSeconds: number): string[] {
    const { startSeconds = 0, every = 1, fps } = this.#options;
    const { video, format } = this.#info;
    if (
      fps !== undefined ||
      video.isInterlaced ||
      !PACKET_IS_PICTURE.test(video.codec) ||
      !KEEPS_PACKETS_APART.test(format)
    )
      return [];
    const from = startSeconds === 0 ? Number.NEGATIVE_INFINITY : startSeconds + CLOCK_ROUNDING_SECONDS;
    const until = startSeconds + endSeconds - 2 * CLOCK_ROUNDING_SECONDS;
    const held = Math.ceil(pictureSeconds.filter((seconds) => seconds >= from && seconds < until).length / every);
    if (this.#frames >= held) return [];
    return [`${held - this.#frames} of ${held} pictures of ${this.#input.name} are missing: they cannot be decoded.`];
  }

  #loss(came: number, expected: number): UserError {
    return new UserError(
      `${this.#input.name}: only ${came} of ${expected} frames come out of ffmpeg; convert the video first, or use another ffmpeg.`,
    );
  }
}
