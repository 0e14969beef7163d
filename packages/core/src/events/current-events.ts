import type { RunEvent } from './run-event.ts';

/**
 * The events that still hold, in order. A run that was killed and resumed at step S does the steps beyond S again: what
 * its log says of them from before is void. A `run-started` that did not resume voids everything before it.
 */
export function currentEvents(events: readonly RunEvent[]): RunEvent[] {
  let current: RunEvent[] = [];
  for (const event of events) {
    if (event.type === 'run-started') {
      current = event.resumed ? current.filter((earlier) => !isVoidAfterResume(earlier, event.step)) : [];
    }
    current.push(event);
  }
  return current;
}

/** Whether an event from before a resume at `resumedStep` is void; for readers that take events one at a time. */
export function isVoidAfterResume(event: RunEvent, resumedStep: number): boolean {
  return event.type !== 'run-started' && event.step !== undefined && event.step > resumedStep;
}
