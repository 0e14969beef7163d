/** For tests of the dashboard: the log of a run as it reads it. */
export { RunLog } from '../dashboard/log/run-log.ts';
