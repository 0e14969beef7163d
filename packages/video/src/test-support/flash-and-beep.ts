import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ffmpegEnvironment } from '../ffmpeg/ffmpeg-process.ts';
import { ffmpeg, makeClip } from './media.ts';

/** A clip of 10 small pictures a second that is white, and beeps, for a tenth of a second at 0.5, 1.5, … s. */
export interface FlashAndBeep {
  readonly seconds: number;
  /** From when on there are pictures. @default 0 */
  readonly pictureSeconds?: number;
  /** From when on there is sound. @default 0 */
  readonly soundSeconds?: number;
  /** Between the inputs and the name of the file. */
  readonly args?: readonly string[];
}

/** Makes it. The pictures in between grow lighter, 4 levels each, so that they tell their number. */
export async function makeFlashAndBeep(
  file: string,
  { seconds, pictureSeconds = 0, soundSeconds = 0, args = [] }: FlashAndBeep,
): Promise<string> {
  const level = 'if(eq(mod(N,10),5),235,16+N*4)';
  const picture = `color=black:s=32x32:r=10:d=${seconds},format=yuv420p,geq=lum='${level}':cb=128:cr=128`;
  const tone = 'if(between(mod(t,1),0.5,0.6),0.8*sin(6000*t),0)';
  const sound = `aevalsrc='${tone}':s=48000:d=${seconds}`;
  // In one graph, so that both keep their times.
  const graph = `${picture},trim=start=${pictureSeconds}[out0];${sound},atrim=start=${soundSeconds}[out1]`;
  return makeClip(file, '-f', 'lavfi', '-i', graph, ...args);
}

/** When a player shows a white picture, and when a beep ends, in seconds after playing begins. */
export async function flashesAndBeeps(file: string): Promise<{ flashes: number[]; beeps: number[] }> {
  const seen = ['-map', '0:V:0', '-vf', 'format=gray,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-'];
  const heard = ['-map', '0:a:0', '-af', 'silencedetect=n=-25dB:d=0.05'];
  const { stdout, stderr } = await promisify(execFile)(
    ffmpeg.path,
    ['-hide_banner', '-copyts', '-i', file, ...seen, '-f', 'null', '-', ...heard, '-f', 'null', '-'],
    { env: ffmpegEnvironment() },
  );
  const origin = Math.max(0, Number(/, start: (-?[\d.]+)/.exec(stderr)?.[1] ?? 0));
  const pictures = [...stdout.matchAll(/pts_time:(\S+)\s+\S*YAVG=(\S+)/g)].map(([, time, level]) => ({
    seconds: Number(time) - origin,
    isWhite: Number(level) > 200,
  }));
  return {
    flashes: pictures.filter(({ isWhite }) => isWhite).map(({ seconds }) => seconds),
    // The silence after the last beep ends with the file.
    beeps: [...stderr.matchAll(/silence_start: (\S+)/g)]
      .map(([, time]) => Number(time) - origin)
      .filter((s) => s > 0.05),
  };
}
