import { measureOurs, measurePeer, peerFlags } from './competitors.ts';
import type { Measured } from './measure/measuring.ts';
import type { BenchOptions } from './options.ts';
import { type Summary, summarise, summaryLine, type TimeField, type TimesReport, timesReport } from './report.ts';

/**
 * Whole steps or images: every backend, then the peer.
 *
 * @param say receives a line for each competitor, as soon as it is measured
 */
export async function compareTimes<F extends TimeField>(
  field: F,
  options: BenchOptions,
  say: (line: string) => void,
): Promise<TimesReport<F>> {
  const results: (Summary<F> & { backend: string })[] = [];
  for (const backend of options.backends) {
    const measured = await measureOurs<Measured>(backend, options, { ...options.setting });
    const result = { backend, ...summarise(field, measured) };
    say(summaryLine(backend, field, result));
    results.push(result);
  }
  if (!options.peer) return timesReport(field, results, null);
  const { name, version, ...measured } = await measurePeer<Measured>(options, peerFlags(options));
  const peer = { name, version, ...summarise(field, measured) };
  say(summaryLine(`${name} ${version}`, field, peer));
  return timesReport(field, results, peer);
}
