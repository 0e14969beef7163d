import { type Rational, secondsOf } from '../frame.ts';
import { type FfmpegEnd, startFfmpeg } from './ffmpeg-process.ts';
import type { Ffmpeg } from './find-ffmpeg.ts';
import { clockTracks, inputOnClock } from './input-clock.ts';
import type { MediaInput } from './media-input.ts';
import type { MediaInfo } from './probe-media.ts';

/** What the packets of a file tell, on its clock: {@link inputOnClock}. */
export interface TrackScan {
  /** When each picture is shown, in order; seconds. */
  readonly pictureSeconds: readonly number[];
  /** When the last picture ends; null if the file does not say how long it is shown. */
  readonly pictureEndSeconds: number | null;
  /** When the track that lasts longest ends. */
  readonly endSeconds: number;
  /** Whether a reader of transport streams takes packets for incomplete: some are, others end where two recordings were joined. */
  readonly hasDoubtfulPackets: boolean;
  /** How the reading ended. */
  readonly end: FfmpegEnd;
}

/** Flags of packets: may be incomplete; is decoded but not shown, as what an edit list cuts off. */
const [DOUBTFUL, DISCARDED] = [2, 4];

function hasFlag(line: string, flag: number): boolean {
  const [, flags = '0'] = /, F=0x([0-9A-F]+)/.exec(line) ?? [];
  return (Number.parseInt(flags, 16) & flag) !== 0;
}

/** Reads all packets of a file without decoding them, which is far faster. */
export async function scanTracks(ffmpeg: Ffmpeg, input: MediaInput, info: MediaInfo): Promise<TrackScan> {
  const tracks = clockTracks(info);
  const output = ['-c', 'copy', '-copyinkf', '-f', 'framecrc', 'pipe:1'];
  const running = startFfmpeg(ffmpeg, [
    ...inputOnClock(input, info),
    ...tracks.flatMap((track) => ['-map', `0:${track}`]),
    ...output,
  ]);
  running.stdin.end();
  const timeBases: Rational[] = [];
  const pictureSeconds: number[] = [];
  let [lastPicture, pictureEndSeconds, endSeconds] = [Number.NEGATIVE_INFINITY, null as number | null, 0];
  let hasDoubtfulPackets = false;
  const read = (line: string) => {
    const [, index, numerator, denominator] = /^#tb (\d+): (\d+)\/(\d+)/.exec(line) ?? [];
    if (index !== undefined)
      timeBases[Number(index)] = { numerator: Number(numerator), denominator: Number(denominator) };
    if (line.startsWith('#')) return;
    hasDoubtfulPackets ||= hasFlag(line, DOUBTFUL);
    if (hasFlag(line, DISCARDED)) return;
    const [track = 0, decoded = 0, shown = 0, duration = 0] = line.split(',', 4).map(Number);
    const base = timeBases[track];
    const ticks = Number.isFinite(shown) ? shown : decoded;
    if (base === undefined || !Number.isFinite(ticks)) return;
    const [begins, ends] = [secondsOf(ticks, base), secondsOf(ticks + duration, base)];
    endSeconds = Math.max(endSeconds, ends);
    if (tracks[track] !== info.video.track) return;
    pictureSeconds.push(begins);
    if (begins < lastPicture) return;
    lastPicture = begins;
    pictureEndSeconds = duration > 0 ? ends : null;
  };
  let rest = '';
  for await (const chunk of running.stdout) {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) read(line);
  }
  const end = await running.ended;
  return {
    pictureSeconds: pictureSeconds.sort((a, b) => a - b),
    pictureEndSeconds,
    endSeconds,
    hasDoubtfulPackets,
    end,
  };
}
