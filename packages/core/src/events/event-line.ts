import { UserError } from '../errors.ts';
import { EVENT_SCHEMA_VERSION, type RunEvent } from './run-event.ts';
import { runEventSchema } from './run-event-schema.ts';

/** Where a line of a log stands, to name it in messages. */
export interface EventPlace {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Time of the last event, given to warnings about lines that have none. */
  readonly time: string;
}

/**
 * One line of `events.jsonl` as an event. A line that is no event becomes a `warning` event with code
 * `event-log-damaged` that names it.
 *
 * @throws UserError if the line has another schema version
 */
export function parseEventLine(text: string, place: EventPlace): RunEvent {
  const { file, line } = place;
  const damaged = (reason: string) =>
    eventLogWarning(place, 'event-log-damaged', `${file} line ${line} ${reason} and is passed over.`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return damaged('is not JSON');
  }
  const version = typeof json === 'object' && json !== null && 'v' in json ? json.v : undefined;
  if (typeof version === 'number' && version !== EVENT_SCHEMA_VERSION) {
    throw new UserError(
      `${file} line ${line} has event schema ${version}, and this version reads ${EVENT_SCHEMA_VERSION}: use the version of instagan that wrote it.`,
    );
  }
  const event = runEventSchema.safeParse(json);
  return event.success ? event.data : damaged('is not an event of this version');
}

/** What a reader has to say of the log itself. */
export function eventLogWarning({ time }: EventPlace, code: string, message: string): RunEvent {
  return { v: EVENT_SCHEMA_VERSION, time, type: 'warning', code, message };
}
