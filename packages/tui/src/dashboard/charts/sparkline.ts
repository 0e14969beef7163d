const BARS = ' ▁▂▃▄▅▆▇█';

/** The last shares, each from 0 to 1, as bars of a character; blanks where there are fewer than columns. */
export function sparkline(shares: readonly number[], columns: number): string {
  const bars = shares.slice(-columns).map((share) => {
    const level = Math.round(Math.min(1, Math.max(0, share)) * (BARS.length - 1));
    // What is little but not nothing is seen.
    return BARS[share > 0 ? Math.max(1, level) : 0];
  });
  return bars.join('').padStart(columns);
}
