// Benchmarks against a peer, in one run on one machine: `npm run bench -- step|translate|ops`, see options.ts.
//
// Each backend and the peer run in a process of their own, one after the other, with equally many threads. Times are
// medians after warming up; memory is the peak of the process.
import { UsageError } from '@instagan/core/data';
import { measureOurs, measurePeer } from './competitors.ts';
import { type BenchOptions, parseOptions, USAGE } from './options.ts';
import { type Summary, summarise, summaryLine, type TimeField, timesReport } from './report.ts';

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`bench: ${(error as Error).message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function main(args: readonly string[]): Promise<void> {
  if (args.length === 0 || args.includes('--help')) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const options = parseOptions(args);
  const { benchmark, setting, threads, runtime, stock } = options;
  const report =
    benchmark === 'step'
      ? await compareTimes('secondsPerStep', options)
      : await compareTimes('secondsPerImage', options);
  if (options.json) {
    const what = { benchmark, setting, threads, runtime, stock };
    process.stdout.write(`${JSON.stringify({ ...what, ...report }, null, 2)}\n`);
    return;
  }
  for (const [backend, ratio] of Object.entries(report.ratios ?? {})) {
    process.stdout.write(`${backend} / peer: ${ratio.toFixed(2)}\n`);
  }
}

async function compareTimes<F extends TimeField>(field: F, options: BenchOptions) {
  const say = (name: string, summary: Summary<F>) => {
    const output = options.json ? process.stderr : process.stdout;
    output.write(`${summaryLine(name, field, summary)}\n`);
  };
  const results: (Summary<F> & { backend: string })[] = [];
  for (const backend of options.backends) {
    const result = { backend, ...summarise(field, await measureOurs(backend, options)) };
    say(backend, result);
    results.push(result);
  }
  if (!options.peer) return timesReport(field, results, null);
  const { name, version, ...measured } = await measurePeer(options);
  const peer = { name, version, ...summarise(field, measured) };
  say(`${name} ${version}`, peer);
  return timesReport(field, results, peer);
}
