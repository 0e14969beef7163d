/** Counts of frames a second that a timecode may have. */
const COUNTS = [24, 25, 30, 48, 50, 60];

/**
 * The timecode of a later frame.
 *
 * @param timecode `HH:MM:SS:FF`; with `;` before the frames, or all through, that of NTSC, which leaves out numbers (drop frame)
 * @param fps frames a second, such as 25 or 29.97
 * @param frames how many later
 * @returns null if it is no timecode of that frame rate
 */
export function laterTimecode(timecode: string, fps: number, frames: number): string | null {
  const [, hours, minutes, seconds, separator = ':', frame] =
    /^(\d\d)[:;.](\d\d)[:;.](\d\d)([:;.])(\d\d)$/.exec(timecode) ?? [];
  const count = Math.round(fps);
  if (frame === undefined || !COUNTS.includes(count) || Number(frame) >= count) return null;
  const drops = separator !== ':';
  if (drops && count !== 30 && count !== 60) return null;
  const wholeMinutes = Number(hours) * 60 + Number(minutes);
  const shown = (wholeMinutes * 60 + Number(seconds)) * count + Number(frame);
  // The first numbers of each minute are left out, but of each tenth one.
  const dropped = drops ? count / 15 : 0;
  const number = shown - dropped * (wholeMinutes - Math.floor(wholeMinutes / 10));
  return timecodeOf(number + frames, count, dropped);
}

function timecodeOf(number: number, count: number, dropped: number): string {
  const perMinute = 60 * count - dropped;
  const perTenMinutes = 10 * perMinute + dropped;
  const day = 144 * perTenMinutes;
  const ofDay = ((number % day) + day) % day;
  const tens = Math.floor(ofDay / perTenMinutes);
  const rest = ofDay % perTenMinutes;
  const minutes = rest < 60 * count ? 0 : 1 + Math.floor((rest - 60 * count) / perMinute);
  const shown = ofDay + dropped * (9 * tens + minutes);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const seconds = shown / count;
  const clock = `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${clock}${dropped > 0 ? ';' : ':'}${two(shown % count)}`;
}
