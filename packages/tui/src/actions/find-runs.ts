import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { eventLogFile, UserError } from '@instagan/core/events';

/** Where runs are if nobody says otherwise. */
export const RUNS_FOLDER = 'runs';

/**
 * Folders of runs: those given that are runs, and the runs in those given that are not; the last active first.
 *
 * @param places runs, or folders of runs; none stands for `runs`
 * @throws UserError if one that was given is neither
 */
export function findRuns(places: readonly string[]): string[] {
  const given = places.length > 0 ? places : existsSync(RUNS_FOLDER) ? [RUNS_FOLDER] : [];
  const found = given.flatMap((place) => {
    if (isRun(place)) return [place];
    const inside = runsIn(place);
    if (inside.length === 0 && places.length > 0) {
      throw new UserError(`${place} is no run and holds none: give the folder that \`train --run\` wrote.`);
    }
    return inside;
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
    .map((run) => ({ run, changedMs: statSync(eventLogFile(run)).mtimeMs }))
    .sort((a, b) => b.changedMs - a.changedMs)
    .map(({ run }) => run);
}
