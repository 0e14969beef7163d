import { formatSeconds } from './format.ts';

const BAR_COLUMNS = 24;

export interface Progress {
  /** What is counted: `image`, `frame`. */
  readonly item: string;
  readonly done: number;
  /** Null where nobody knows. */
  readonly total: number | null;
  /** Undefined before the first one. */
  readonly secondsEach: number | undefined;
}

/** Such as `[========>        ] frame 12/50  1.30 frames/s  ETA 29 s`; without a total there is neither bar nor ETA. */
export function progressLine({ item, done, total, secondsEach }: Progress): string {
  const bar = total === null ? '' : `${progressBar(total === 0 ? 1 : done / total)} `;
  const place = `${item} ${done}${total === null ? '' : `/${total}`}`;
  const rate = secondsEach === undefined ? '' : `  ${(1 / secondsEach).toPrecision(3)} ${item}s/s`;
  const isOver = total === null || done >= total;
  const eta = secondsEach === undefined || isOver ? '' : `  ETA ${formatSeconds((total - done) * secondsEach)}`;
  return `${bar}${place}${rate}${eta}`;
}

/** Such as `=======>       ` between brackets. */
function progressBar(share: number): string {
  const filled = Math.min(BAR_COLUMNS, Math.round(share * BAR_COLUMNS));
  const tip = filled > 0 && filled < BAR_COLUMNS ? '>' : '=';
  const bar = filled === 0 ? '' : '='.repeat(filled - 1) + tip;
  return `[${bar.padEnd(BAR_COLUMNS)}]`;
}
