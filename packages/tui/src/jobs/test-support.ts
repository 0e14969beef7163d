import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { eventLogFile, type RunEvent } from '@instagan/core/events';
import type { Test } from 'tap';

/** Makes the jobs of a test keep their logs in a folder of its own. @returns the folder */
export function useJobsFolder(t: Test): string {
  const before = process.env.INSTAGAN_JOBS;
  const folder = path.join(t.testdir(), 'jobs');
  process.env.INSTAGAN_JOBS = folder;
  t.teardown(() => {
    if (before === undefined) delete process.env.INSTAGAN_JOBS;
    else process.env.INSTAGAN_JOBS = before;
  });
  return folder;
}

/** What the one job of a folder logged. */
export function eventsOfJob(root: string): RunEvent[] {
  const [name = ''] = readdirSync(root);
  const lines = readFileSync(eventLogFile(path.join(root, name)), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as RunEvent);
}
