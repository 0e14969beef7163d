import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { failure } from '../encode/encode-frames.ts';
import type { KeptSubtitles } from '../encode/side-tracks.ts';
import { runFfmpeg } from '../ffmpeg/ffmpeg-process.ts';
import { allTracksOpen, inputOnClock } from '../ffmpeg/input-clock.ts';
import type { MediaTrack } from '../ffmpeg/media-tracks.ts';
import type { JoinOptions } from './join-parts.ts';
import { cutAss, cutCues } from './subtitle-times.ts';

/** Subtitles as arguments of ffmpeg. */
export interface SubtitleArguments {
  /** Further inputs. */
  readonly inputs: readonly string[];
  /** What maps the tracks of input 1 and of the further ones, and copies or converts them. */
  readonly args: readonly string[];
}

/**
 * Brings the subtitles of an input along. Of a stretch ffmpeg would move but not cut them: text that is shown when the stretch begins would be lost, and what
 * is shown when it ends would go on. So text is cut here, in files beside the parts.
 *
 * @param nextInput number of the first further input
 */
export async function subtitleArguments(options: JoinOptions, nextInput: number): Promise<SubtitleArguments> {
  const { sideTracks, startSeconds, endSeconds } = options;
  const isCut = startSeconds > 0 || endSeconds !== undefined;
  const inputs: string[] = [];
  const args: string[] = [];
  let written = 0;
  for (const kept of sideTracks.subtitles) {
    const { track, isText, encoder } = kept;
    if (!isCut || !isText) {
      args.push('-map', `1:${track.index}`, `-c:s:${written++}`, encoder ?? 'copy');
      continue;
    }
    const cut = await cutFile(options, kept);
    if (cut === null) continue;
    args.push('-map', `${nextInput + inputs.length / 4}:0`, ...describe(track, written));
    args.push(`-c:s:${written++}`, encoder ?? cut.encoder);
    inputs.push('-f', cut.format, '-i', `file:${cut.file}`);
  }
  return { inputs, args };
}

interface TextFormat {
  /** Of the file, as ffmpeg names it. */
  readonly format: 'srt' | 'webvtt' | 'ass';
  /** From the track to the file. */
  readonly decoder: 'copy' | 'srt';
  /** Back to the kind of the track. */
  readonly encoder: 'copy' | 'mov_text';
  readonly cut: (text: string, fromSeconds: number, untilSeconds: number) => string | null;
}

function textFormat(codec: string): TextFormat {
  if (codec === 'ass' || codec === 'ssa') return { format: 'ass', decoder: 'copy', encoder: 'copy', cut: cutAss };
  if (codec === 'webvtt') return { format: 'webvtt', decoder: 'copy', encoder: 'copy', cut: cutCues };
  // There is no file of mov_text alone.
  if (codec === 'mov_text') return { format: 'srt', decoder: 'srt', encoder: 'mov_text', cut: cutCues };
  return { format: 'srt', decoder: 'copy', encoder: 'copy', cut: cutCues };
}

/** Writes what is shown of a track in the stretch. @returns null if that is nothing */
async function cutFile(
  { ffmpeg, input, info, parts, startSeconds, endSeconds = Number.POSITIVE_INFINITY }: JoinOptions,
  { track }: KeptSubtitles,
): Promise<{ file: string; format: string; encoder: string } | null> {
  const { format, decoder, encoder, cut } = textFormat(track.codec);
  const file = join(dirname(parts[0]?.file ?? ''), `subtitles-${track.index}.${format}`);
  const conversion = ['-map', `0:${track.index}`, '-c:s', decoder, '-f', format, '-y', `file:${file}`];
  const end = await runFfmpeg(ffmpeg, [...inputOnClock(input, info), ...conversion, ...allTracksOpen(0, info)]);
  if (end.exitCode !== 0) throw failure(file, end);
  const text = cut(await readFile(file, 'utf8'), startSeconds, startSeconds + endSeconds);
  if (text === null) return null;
  await writeFile(file, text);
  return { file, format, encoder };
}

/** A file does not tell what the track told of itself. */
function describe({ language, tags, description }: MediaTrack, index: number): string[] {
  const flags = [...description.matchAll(/\((default|forced|hearing impaired)\)/g)].map(([, flag = '']) =>
    flag.replace(' ', '_'),
  );
  const facts = { language, title: tags.title ?? null };
  return [
    ...Object.entries(facts).flatMap(([name, value]) =>
      value === null ? [] : [`-metadata:s:s:${index}`, `${name}=${value}`],
    ),
    ...[`-disposition:s:${index}`, flags.length === 0 ? '0' : flags.join('+')],
  ];
}
