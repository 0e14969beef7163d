/** For tests of the dashboard: the log of a run as it reads it, and somebody in front of it. */
export { RunEntry } from '../dashboard/log/run-entry.ts';
export { RunLog } from '../dashboard/log/run-log.ts';
export { User } from '../dashboard/test-support.ts';
