import { DRAWN_VIDEO_FPS, drawDataset, drawVideo } from '@instagan/datasets';
import type { SizeValue } from '../options/values.ts';
import { counted, formatSeconds, shellQuoted } from '../output/format.ts';
import { openTerminal, printJson } from '../output/terminal.ts';

export interface DatasetDrawCommandOptions {
  readonly output: string;
  readonly count: number;
  readonly testCount?: number;
  /** Frames of a video, instead of a set. */
  readonly video?: number;
  readonly seed: number;
  readonly size: SizeValue;
  readonly json?: true;
}

/** Time between two lines of progress where lines stay. */
const LINE_INTERVAL_MS = 5000;

/**
 * `instagan dataset draw`: draws the sample set.
 *
 * @throws UsageError if the output folder holds anything else; UserError if it cannot be written
 */
export async function datasetDrawAction(options: DatasetDrawCommandOptions): Promise<void> {
  const { output, count, testCount, video, seed, size } = options;
  const terminal = openTerminal();
  const beganMs = performance.now();
  let lastLineMs = beganMs;
  const onProgress = (done: number, total: number) => {
    if (options.json) return;
    const text = `drawing ${done}/${total}`;
    terminal.status(text);
    if (terminal.isInteractive || performance.now() - lastLineMs < LINE_INTERVAL_MS) return;
    lastLineMs = performance.now();
    terminal.line(text);
  };
  if (video !== undefined) {
    const { frames, masks } = await drawVideo({ output, frames: video, seed, ...size, onProgress });
    if (options.json) {
      printJson({ output, seed, ...size, frames, masks, fps: DRAWN_VIDEO_FPS });
      return;
    }
    terminal.line(`${counted(frames, 'frame')} and ${counted(masks, 'mask')} drawn in ${output} and ${output}_seg.`);
    const input = shellQuoted(`${output}/%05d.png`);
    terminal.line(
      `Next: instagan video --input ${input} --fps ${DRAWN_VIDEO_FPS} --masks ${shellQuoted(`${output}_seg`)} …`,
    );
    return;
  }
  const chosen = testCount === undefined ? {} : { testCount };
  const { images, masks, files } = await drawDataset({ output, count, seed, ...size, ...chosen, onProgress });
  if (options.json) {
    printJson({ output, seed, ...size, images, masks, files });
    return;
  }
  const seconds = formatSeconds((performance.now() - beganMs) / 1000);
  terminal.line(`${counted(images, 'image')} and ${counted(masks, 'mask')} drawn in ${output} in ${seconds}.`);
  terminal.line(`Next: instagan train --data ${shellQuoted(output)} --run runs/meadow --preset recommended`);
}
