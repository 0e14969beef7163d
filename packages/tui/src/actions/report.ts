import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { UsageError, UserError, writeAtomically } from '@instagan/core';
import { readHead } from '@instagan/core/data';
import { RunEntry } from '../dashboard/log/run-entry.ts';
import { EXIT_CODE } from '../exit-code.ts';
import { counted, formatBytes } from '../output/format.ts';
import { openTerminal } from '../output/terminal.ts';
import { EmbeddedSamples } from '../report/embedded-samples.ts';
import { isReport, reportPage } from '../report/page/report-page.ts';
import { readReportedRuns } from '../report/reported-run.ts';
import { findRuns } from './find-runs.ts';
import { listenForInterruption } from './interruption.ts';

export interface ReportCommandOptions {
  readonly output: string;
  readonly watch?: true;
  readonly overwrite?: true;
}

const WATCH_INTERVAL_MS = 5000;
/** A page that is watched loads itself again this often. */
const RELOAD_SECONDS = 10;
const HEAD_BYTES = 4096;

/**
 * `instagan report`: writes runs as one HTML page; with `--watch` again and again until all have ended.
 *
 * @returns the exit code
 * @throws UsageError, UserError
 */
export async function reportAction(places: readonly string[], options: ReportCommandOptions): Promise<number> {
  const { output } = options;
  const terminal = openTerminal();
  const entries = findRuns(places).map((folder) => new RunEntry(folder));
  for (const entry of entries) readTraining(entry);
  if (!options.overwrite) await refuseOther(output);
  const pictures = new EmbeddedSamples();
  const write = async (reloadSeconds: number | null) => {
    const runs = await readReportedRuns(entries, pictures);
    const page = reportPage({ runs, nowMs: Date.now(), reloadSeconds });
    await writeAtomically(output, page, { makesFolder: true, isOnlyWriter: true });
    return `${output}: ${counted(runs.length, 'run')}, ${formatBytes(Buffer.byteLength(page))}`;
  };
  const isWatching = () => options.watch === true && entries.some((entry) => entry.isLive);
  if (!isWatching()) {
    terminal.line(await write(null));
    terminal.line(`Open ${pathToFileURL(path.resolve(output)).href}`);
    return EXIT_CODE.done;
  }
  const interruption = listenForInterruption(() => {});
  try {
    terminal.line(`${await write(RELOAD_SECONDS)}; it follows the training until Ctrl-C`);
    terminal.line(`Open ${pathToFileURL(path.resolve(output)).href}`);
    while (isWatching() && !interruption.signal.aborted) {
      await delay(WATCH_INTERVAL_MS, undefined, { signal: interruption.signal }).catch(() => {});
      const isChanged = entries.map(readTraining).includes(true);
      if (isChanged && isWatching()) terminal.status(await write(RELOAD_SECONDS));
    }
    terminal.line(await write(null));
    return interruption.exitCode() ?? EXIT_CODE.done;
  } finally {
    interruption.release();
  }
}

/** Reads what is new in the log of a run. @throws UserError if it is no training, or its log cannot be read */
function readTraining(entry: RunEntry): boolean {
  const isChanged = entry.readWhole();
  const { fault, state } = entry.log;
  if (fault !== null) throw new UserError(fault);
  if (state.job !== null) {
    throw new UserError(`${entry.folder} is a job, which has no report: give the folder of a run.`);
  }
  return isChanged;
}

/** @throws UsageError if the output is there and no report */
async function refuseOther(output: string): Promise<void> {
  const found = await lstat(output).catch(() => null);
  if (found === null) return;
  // Not the file that a link names: the link would be replaced.
  if (found.isFile() && isReport((await readHead(output, HEAD_BYTES)).toString())) return;
  throw new UsageError(`${output} is there already and is no report: choose another --output, or add --overwrite.`);
}
