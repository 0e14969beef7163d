import { readSync } from 'node:fs';
import { LogFold } from './log-fold.ts';
import { StepSeries } from './step-series.ts';

/** Shorter logs are read whole in an instant. */
export const SURVEYED_BYTES = 1 << 25;
const SLICES = 256;
const SLICE_BYTES = 1 << 14;
/** The beginning tells what the run is, the end how it stands. */
const HEAD_BYTES = 1 << 16;
const TAIL_BYTES = 1 << 20;
const BUCKETS = 2048;
const NEWLINE = 0x0a;

/**
 * A sketch of a long log, read in a few dozen milliseconds: curves from evenly spread slices of it, and a summary from
 * its beginning and end. It stands in until the whole log is read.
 *
 * @param descriptor the open log
 * @param sizeBytes at least SURVEYED_BYTES
 * @throws UserError if a line has another schema version
 */
export function surveyLog(descriptor: number, sizeBytes: number, file: string): LogFold {
  const fold = new LogFold(new StepSeries(BUCKETS));
  takeSlice(descriptor, 0, HEAD_BYTES, file, fold);
  const tail = sizeBytes - TAIL_BYTES;
  for (let i = 1; i < SLICES; i++) {
    const start = HEAD_BYTES + Math.floor(((tail - HEAD_BYTES) * i) / SLICES);
    takeSlice(descriptor, start, SLICE_BYTES, file, fold);
  }
  takeSlice(descriptor, tail, TAIL_BYTES, file, fold);
  return fold;
}

/** Takes the lines that lie whole within a slice. */
function takeSlice(descriptor: number, start: number, length: number, file: string, fold: LogFold): void {
  const block = Buffer.allocUnsafe(length);
  const bytes = block.subarray(0, readSync(descriptor, block, 0, length, start));
  let begin = start === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
  if (start > 0 && begin === 0) return;
  for (;;) {
    const end = bytes.indexOf(NEWLINE, begin);
    if (end === -1) return;
    // Line numbers are unknown here: damaged lines are reported when the whole log is read.
    if (end > begin) fold.take(bytes, begin, end, { file, line: 0 });
    begin = end + 1;
  }
}
