import { UserError } from '@instagan/core';
import { demuxerTimeBase, passthrough } from '../decode/decode-video.ts';
import { type FfmpegEnd, mainMessage, startFfmpeg } from '../ffmpeg/ffmpeg-process.ts';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { channelsOf, type FrameFormat } from '../frame.ts';
import { nutFrameHeader, nutHeader } from '../nut/nut-writer.ts';
import { type Encoder, encoderArguments } from './choose-encoder.ts';
import { muxerOf } from './output-format.ts';
import { evenSides, padToSize } from './pad-frame.ts';

/** Takes frames and writes a silent video file. */
export interface FrameEncoder {
  /**
   * Hands a frame over; settles when there is room for the next one.
   *
   * @param ticks at least 0, growing
   * @param data must not change before it is read
   * @param whenRead called when all of `data` has been read; never if the encoder fails before
   * @throws UserError if the encoder has failed, such as on a full disk
   */
  write(ticks: number, data: Uint8Array, whenRead?: () => void): Promise<void>;
  /** Ends the file. @throws UserError if it cannot be written */
  finish(): Promise<void>;
  /** Gives up; the file is left as it is. */
  abort(): Promise<void>;
}

/** Frames that may wait for the encoder. */
const QUEUE_FRAMES = 3;

/** Starts encoding frames of `format` into `file`, whose folder exists; a file that is there is replaced. */
export function encodeFrames(ffmpeg: Ffmpeg, encoder: Encoder, format: FrameFormat, file: string): FrameEncoder {
  const padded = encoder.needsEvenSides ? evenSides(format) : format;
  const running = startFfmpeg(ffmpeg, [
    ...encoder.globalArgs,
    ...['-protocol_whitelist', 'pipe', '-f', 'nut', '-i', 'pipe:0', '-map', '0:v:0'],
    ...encoderArguments(encoder),
    ...passthrough(ffmpeg),
    ...[
      '-enc_time_base',
      demuxerTimeBase(ffmpeg),
      ...partMuxing(encoder),
      '-f',
      muxerOf(encoder.partContainer),
      '-y',
      `file:${file}`,
    ],
  ]);
  running.stdout.resume();
  let end: FfmpegEnd | null = null;
  const ended = running.ended.then((value) => {
    end = value;
    return value;
  });
  const channels = channelsOf(format);
  const frameBytes = padded.width * padded.height * channels;
  running.stdin.write(nutHeader(padded));

  let waiting = 0;
  let wake = () => {};
  const requireRunning = () => {
    if (end !== null) throw failure(file, end);
  };
  return {
    async write(ticks, data, whenRead) {
      requireRunning();
      running.stdin.write(nutFrameHeader(ticks, frameBytes));
      waiting++;
      running.stdin.write(padToSize(data, format, padded, channels), (error) => {
        waiting--;
        if (!error) whenRead?.();
        wake();
      });
      while (end === null && waiting >= QUEUE_FRAMES) {
        const written = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await Promise.race([ended, written]);
      }
      requireRunning();
    },
    async finish() {
      running.stdin.end();
      const result = await ended;
      if (result.exitCode !== 0) throw failure(file, result);
    },
    async abort() {
      running.kill();
      await ended;
    },
  };
}

/**
 * In mp4 and mov an edit list would end where the last frame begins, and hide it: its duration is not known. Before version 6
 * ffmpeg tells the colours there only if asked.
 */
function partMuxing({ partContainer }: Encoder): string[] {
  return partContainer === 'mp4' || partContainer === 'mov' ? ['-use_editlist', '0', '-movflags', '+write_colr'] : [];
}

/** The error for an ffmpeg that could not write `file`. */
export function failure(file: string, end: FfmpegEnd): UserError {
  const message = mainMessage(end);
  if (end.messages.some((line) => /No space left on device/i.test(line))) {
    return new UserError(`Cannot write ${file}: the disk is full; free some space, then go on with --resume.`);
  }
  return new UserError(`Cannot write ${file}: ffmpeg says "${message}"; check the place, or choose another --codec.`);
}
