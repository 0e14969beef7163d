import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { eventLogFile, jobsFolder, parseEventLine, UserError } from '@instagan/core/events';

/** Where runs are if nobody says otherwise. */
export const RUNS_FOLDER = 'runs';

/** Jobs are listed unasked while they write to their logs and for this long after, the last ones. */
const RECENT_MS = 3_600_000;
const MAX_RECENT = 8;
const MAX_FIRST_LINE_BYTES = 65_536;

/**
 * Folders of runs and jobs: those given that are runs, the runs in those given that are not, and the last job with that
 * output; the last active first.
 *
 * @param places runs, folders of runs, or outputs of jobs; none stands for the runs in `runs` and recent jobs
 * @throws UserError if one that was given is nothing of the kind
 */
export function findRuns(places: readonly string[]): string[] {
  if (places.length === 0)
    return [...runsIn(RUNS_FOLDER), ...runsIn(jobsFolder()).filter(isRecent).slice(0, MAX_RECENT)];
  const found = places.flatMap((place) => {
    if (isRun(place)) return [place];
    const inside = runsIn(place);
    if (inside.length > 0) return inside;
    const job = jobWithOutput(place);
    if (job !== undefined) return [job];
    throw new UserError(
      `${place} is no run and holds none, and no job writes there: give the folder that \`train --run\` wrote, or the output of a job.`,
    );
  });
  return [...new Set(found)];
}

function isRun(folder: string): boolean {
  return existsSync(eventLogFile(folder));
}

function runsIn(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .map((name) => path.join(folder, name))
    .filter(isRun)
    .map((run) => ({ run, changedMs: lastChange(run) }))
    .sort((a, b) => b.changedMs - a.changedMs)
    .map(({ run }) => run);
}

function lastChange(run: string): number {
  return statSync(eventLogFile(run), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function isRecent(job: string): boolean {
  return Date.now() - lastChange(job) < RECENT_MS;
}

function jobWithOutput(output: string): string | undefined {
  return runsIn(jobsFolder()).find((job) => outputOf(job) === path.resolve(output));
}

/** Where a job writes, as the first line of its log tells. */
function outputOf(job: string): string | null {
  const file = eventLogFile(job);
  const descriptor = openSync(file, 'r');
  try {
    const block = Buffer.alloc(MAX_FIRST_LINE_BYTES);
    const [line = ''] = block.toString('utf8', 0, readSync(descriptor, block)).split('\n');
    const event = parseEventLine(line, { file, line: 1, time: new Date(0).toISOString() });
    return event.type === 'job-started' ? event.output : null;
  } finally {
    closeSync(descriptor);
  }
}
