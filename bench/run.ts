// Benchmarks against a peer, in one run on one machine: `npm run bench -- step|translate|ops`, see options.ts.
//
// Each backend and the peer run in a process of their own, one after the other, with equally many threads. Times are
// medians after warming up; memory is the peak of the process.
import { compareOps } from './compare-ops.ts';
import { compareTimes } from './compare-times.ts';
import { type BenchOptions, parseOptions, USAGE } from './options.ts';
import { runCommand } from './run-command.ts';

await runCommand(USAGE, async (args) => {
  const options = parseOptions(args);
  const report = await compare(options, (line) => {
    (options.json ? process.stderr : process.stdout).write(`${line}\n`);
  });
  if (options.json) {
    const { benchmark, setting, threads, runtime, stock, precision } = options;
    process.stdout.write(
      `${JSON.stringify({ benchmark, setting, threads, runtime, stock, precision, ...report }, null, 2)}\n`,
    );
  } else if (options.benchmark !== 'ops') {
    for (const [backend, ratio] of Object.entries(report.ratios ?? {})) {
      process.stdout.write(`${backend} / peer: ${(ratio as number).toFixed(2)}\n`);
    }
  }
});

function compare(options: BenchOptions, say: (line: string) => void) {
  switch (options.benchmark) {
    case 'step':
      return compareTimes('secondsPerStep', options, say);
    case 'translate':
      return compareTimes('secondsPerImage', options, say);
    case 'ops':
      return compareOps(options, say);
  }
}
