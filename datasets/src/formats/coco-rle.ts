/**
 * The run lengths of COCO's compressed string (`rleFrString` of its C code, simplified BSD licence): numbers of six bits a
 * character, of which five carry value and one says that more follow; from the third number on, the difference to the
 * one before the last.
 *
 * @throws RangeError if the string ends within a number
 */
export function decodeRunString(text: string): number[] {
  const counts: number[] = [];
  for (let i = 0; i < text.length; ) {
    let value = 0;
    let shift = 0;
    for (let more = true; more; shift += 5) {
      if (i >= text.length) throw new RangeError('the run-length string is cut short');
      const bits = text.charCodeAt(i++) - 48;
      value += (bits & 0x1f) * 2 ** shift;
      more = (bits & 0x20) !== 0;
      if (!more && (bits & 0x10) !== 0) value -= 2 ** (shift + 5);
    }
    counts.push(counts.length > 2 ? value + (counts[counts.length - 2] as number) : value);
  }
  return counts;
}

/**
 * Sets the runs of a mask: COCO counts down the columns, and begins with background.
 *
 * @param mask `[height, width]`, changed in place
 * @throws RangeError if the runs do not fill the mask exactly
 */
export function fillRuns(mask: Uint8Array, width: number, height: number, counts: ArrayLike<number>): void {
  let at = 0;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] as number;
    if (!Number.isInteger(count) || count < 0 || at + count > mask.length) throw new RangeError('the runs do not fit');
    if (i % 2 === 1) {
      for (let k = at; k < at + count; k++) mask[(k % height) * width + Math.floor(k / height)] = 255;
    }
    at += count;
  }
  if (at !== mask.length) throw new RangeError('the runs do not fit');
}
