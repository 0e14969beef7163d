import type { RunEvent } from '@instagan/core/events';

export type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** A sample picture in the order of its step. */
export interface SampleEntry {
  readonly step: number;
  /** Relative to the run folder. */
  readonly path: string;
  /** Empty for a model that does not translate. */
  readonly direction: string;
}

/** An event of a run that is shown as a line. */
export interface FeedEntry {
  readonly timeMs: number;
  readonly step: number | null;
  readonly kind: 'alarm' | 'warning' | 'note';
  readonly text: string;
}

/** Lines of the feed that are kept. */
const FEED_LENGTH = 500;
/** Steps over which the pace is averaged. */
const PACE_STEPS = 32;
/** A break longer than this many usual steps is no part of the pace: the machine slept or the run was paused. */
const BREAK_FACTOR = 20;

/**
 * What a run's events add up to, apart from its curves; events are taken one at a time, in order. Memory does not grow
 * with the steps, only with the samples.
 */
export class RunState {
  started: EventOf<'run-started'> | null = null;
  startedMs = 0;
  /** Number and time of the last step. */
  step = 0;
  stepMs = 0;
  checkpoint: { readonly step: number; readonly timeMs: number } | null = null;
  samples: SampleEntry[] = [];
  /** Alarms of the current training, newest last. */
  alarms: { readonly step: number; readonly timeMs: number; readonly code: string; readonly message: string }[] = [];
  feed: FeedEntry[] = [];
  isPaused = false;
  /** How the training ended, if it did. */
  end: EventOf<'run-finished'> | EventOf<'run-failed'> | null = null;
  #marks: { step: number; timeMs: number }[] = [];

  /** Takes a step; its values are kept elsewhere. */
  observeStep(step: number, timeMs: number): void {
    this.step = step;
    this.stepMs = timeMs;
    this.end = null;
    this.#marks.push({ step, timeMs });
    if (this.#marks.length > 2 * PACE_STEPS) this.#marks = this.#marks.slice(-PACE_STEPS);
  }

  /** Takes any event but a step. */
  observe(event: Exclude<RunEvent, { type: 'step' }>): void {
    const timeMs = Date.parse(event.time);
    const note = (kind: FeedEntry['kind'], text: string) =>
      this.#feed({ timeMs, step: event.step ?? null, kind, text });
    switch (event.type) {
      case 'run-started':
        this.#start(event, timeMs);
        note('note', event.resumed ? `training resumes at step ${event.step}` : 'training starts');
        break;
      case 'sample':
        if (this.samples.at(-1)?.path === event.path) break;
        this.samples.push({ step: event.step, path: event.path, direction: event.direction ?? '' });
        break;
      case 'validation': {
        const scores = Object.entries(event.scores).map(([name, value]) => `${name} ${value.toFixed(3)}`);
        note('note', `validation: ${scores.join(', ')}`);
        break;
      }
      case 'control':
        if (event.command === 'pause') this.isPaused = true;
        if (event.command === 'resume') this.isPaused = false;
        note('note', `command: ${describeCommand(event)}`);
        break;
      case 'checkpoint':
        this.checkpoint = { step: event.step, timeMs };
        note('note', `checkpoint, ${event.seconds.toFixed(1)} s`);
        break;
      case 'warning':
        note('warning', event.message);
        break;
      case 'alarm':
        this.alarms = [
          ...this.alarms.slice(-19),
          { step: event.step, timeMs, code: event.code, message: event.message },
        ];
        note('alarm', event.message);
        break;
      case 'run-finished':
        this.end = event;
        note('note', `training ${event.reason}`);
        break;
      case 'run-failed':
        this.end = event;
        note('alarm', `training failed: ${event.message}`);
        break;
    }
  }

  /** Seconds a step takes, of wall time with all that happens between steps; null before the second step. */
  secondsPerStep(): number | null {
    const marks = this.#marks.slice(-PACE_STEPS - 1);
    const paces: { seconds: number; steps: number }[] = [];
    for (let i = 1; i < marks.length; i++) {
      const [before, after] = [marks[i - 1]!, marks[i]!];
      const steps = after.step - before.step;
      if (steps > 0) paces.push({ seconds: (after.timeMs - before.timeMs) / 1000, steps });
    }
    if (paces.length === 0) return null;
    const each = paces.map(({ seconds, steps }) => seconds / steps).sort((a, b) => a - b);
    const usual = each[Math.floor(each.length / 2)]!;
    const kept = paces.filter(({ seconds, steps }) => seconds / steps <= BREAK_FACTOR * Math.max(usual, 0.01));
    const seconds = kept.reduce((sum, pace) => sum + pace.seconds, 0);
    return seconds / kept.reduce((sum, pace) => sum + pace.steps, 0);
  }

  #start(event: EventOf<'run-started'>, timeMs: number): void {
    if (event.resumed) {
      this.samples = this.samples.filter(({ step }) => step <= event.step);
      if (this.checkpoint !== null && this.checkpoint.step > event.step) this.checkpoint = null;
    } else {
      this.samples = [];
      this.checkpoint = null;
      this.feed = [];
    }
    this.alarms = [];
    this.started = event;
    this.startedMs = timeMs;
    this.step = event.step;
    this.stepMs = timeMs;
    this.end = null;
    this.isPaused = false;
    this.#marks = [{ step: event.step, timeMs }];
  }

  #feed(entry: FeedEntry): void {
    this.feed.push(entry);
    if (this.feed.length > 2 * FEED_LENGTH) this.feed = this.feed.slice(-FEED_LENGTH);
  }
}

function describeCommand({ command, learningRate }: EventOf<'control'>): string {
  if (learningRate === undefined) return command;
  return `${command} ${learningRate.generator}, ${learningRate.discriminator}`;
}
