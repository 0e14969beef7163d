/** Cuts the text of subtitle files to a stretch, which begins at 0 then. */

/** `01:02:03,456 --> …` of SubRip, `02:03.456 --> … line:0` of WebVTT. */
const CUE_TIMES = /^((?:\d+:)?\d\d:\d\d[.,]\d{3}) --> ((?:\d+:)?\d\d:\d\d[.,]\d{3})(.*)$/m;
/** `Dialogue: layer,begin,end,style,…`. */
const DIALOGUE = /^((?:Dialogue|Comment): [^,]*),(\d+:\d\d:\d\d\.\d\d),(\d+:\d\d:\d\d\.\d\d),(.*)$/;

/**
 * Cuts SubRip or WebVTT.
 *
 * @param untilSeconds may be infinite
 * @returns null if nothing is shown in the stretch
 */
export function cutCues(text: string, fromSeconds: number, untilSeconds: number): string | null {
  const head: string[] = [];
  const kept: string[] = [];
  let isKept = true;
  for (const block of text
    .replaceAll('\r', '')
    .trim()
    .split(/\n{2,}/)) {
    const [times, begin, end, settings] = CUE_TIMES.exec(block) ?? [];
    if (times === undefined || begin === undefined || end === undefined) {
      // A head, or a cue with an empty line in its text.
      if (kept.length === 0 && isKept) head.push(block);
      else if (isKept) kept.push(block);
      continue;
    }
    const moved = moveInto([secondsOf(begin), secondsOf(end)], fromSeconds, untilSeconds);
    isKept = moved !== null;
    if (moved === null) continue;
    const mark = begin.includes(',') ? ',' : '.';
    kept.push(block.replace(times, () => `${clock(moved[0], 3, mark)} --> ${clock(moved[1], 3, mark)}${settings}`));
  }
  return kept.length === 0 ? null : `${[...head, ...kept].join('\n\n')}\n`;
}

/** Cuts ASS. Styles and all else of its head stay. */
export function cutAss(text: string, fromSeconds: number, untilSeconds: number): string | null {
  let hasText = false;
  const lines = text.split(/\r?\n/).flatMap((line) => {
    const [, layer, begin, end, rest] = DIALOGUE.exec(line) ?? [];
    if (begin === undefined || end === undefined) return line;
    const moved = moveInto([secondsOf(begin), secondsOf(end)], fromSeconds, untilSeconds);
    if (moved === null) return [];
    hasText = true;
    return `${layer},${clock(moved[0], 2, '.')},${clock(moved[1], 2, '.')},${rest}`;
  });
  return hasText ? lines.join('\n') : null;
}

type Span = readonly [begin: number, end: number];

function moveInto([begin, end]: Span, fromSeconds: number, untilSeconds: number): Span | null {
  if (end <= fromSeconds || begin >= untilSeconds) return null;
  return [Math.max(begin, fromSeconds) - fromSeconds, Math.min(end, untilSeconds) - fromSeconds];
}

function secondsOf(time: string): number {
  return time
    .replace(',', '.')
    .split(':')
    .reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** Such as `01:02:03,456`. */
function clock(seconds: number, decimals: 2 | 3, mark: ',' | '.'): string {
  const units = Math.round(seconds * 10 ** decimals);
  const whole = Math.floor(units / 10 ** decimals);
  const two = (value: number) => String(value).padStart(2, '0');
  const fraction = String(units % 10 ** decimals).padStart(decimals, '0');
  const hours = Math.floor(whole / 3600);
  return `${decimals === 2 ? hours : two(hours)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}${mark}${fraction}`;
}
