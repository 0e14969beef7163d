/** The log of a run, without what computes: readers and dashboards load in an instant. */
export { UsageError, UserError } from '../errors.ts';
export { makeFolder, NOT_WAITING } from '../runtime/files.ts';
export { fateOf, hostName } from '../runtime/process-identity.ts';
export { currentEvents, isVoidAfterResume } from './current-events.ts';
export { type EventPlace, parseEventLine } from './event-line.ts';
export { type EventLog, eventLogFile, formatEvent, noLog, openEventLog } from './event-log.ts';
export { followEvents, readEvents } from './event-reader.ts';
export { jobsFolder } from './jobs-folder.ts';
export { type RunHolder, runHolder } from './lock-file.ts';
export * from './run-event.ts';
