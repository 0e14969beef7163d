import type { JobItem, RunEvent } from '@instagan/core/events';
import { translates } from '@instagan/core/models';
import { warmUpSteps } from '@instagan/core/settings';

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

/** How a training or a job ended. */
export interface RunEnd {
  readonly time: string;
  readonly outcome: 'completed' | 'interrupted' | 'failed';
  /** Why it failed. */
  readonly message: string | null;
}

/** The newest pictures of a job are kept, up to this many. */
const MAX_JOB_PICTURES = 200;
/** Lines of the feed that are kept. */
const FEED_LENGTH = 500;
/** Steps over which the pace is averaged. */
const PACE_STEPS = 32;
/** A break longer than this many usual steps does not count for the pace: the machine slept or the run was paused. */
const BREAK_FACTOR = 20;

/**
 * What a run's events add up to, apart from its curves; events are taken one at a time, in order. Memory does not grow
 * with the steps, only with the samples.
 */
export class RunState {
  /** How the training began; null for a job. */
  started: EventOf<'run-started'> | null = null;
  /** How the job began; null for a training. */
  job: EventOf<'job-started'> | null = null;
  startedMs = 0;
  /** Null if unknown. */
  totalSteps: number | null = null;
  /** Number and time of the last step. */
  step = 0;
  stepMs = 0;
  /** When anything was last logged. */
  lastMs = 0;
  checkpoint: { readonly step: number; readonly timeMs: number } | null = null;
  samples: SampleEntry[] = [];
  /** Alarms of the current training, newest last. */
  alarms: { readonly step: number; readonly timeMs: number; readonly code: string; readonly message: string }[] = [];
  feed: FeedEntry[] = [];
  isPaused = false;
  /** The last validation. */
  scores: Readonly<Record<string, number>> = {};
  /** Items of a job that could not be done. */
  failedItems = 0;
  end: RunEnd | null = null;
  #marks: { readonly step: number; readonly timeMs: number; readonly isAfterPause: boolean }[] = [];
  #warmUpSteps = 0;
  /** Whether the run was paused since the last step. */
  #wasPaused = false;

  /** What a step is. */
  get item(): 'step' | JobItem {
    return this.job?.item ?? 'step';
  }

  get backend(): { readonly name: string; readonly device: string } | null {
    return (this.job ?? this.started)?.backend ?? null;
  }

  /** Images that a step of the training takes, of all domains. */
  get imagesPerStep(): number {
    const { batch = 1, model } = (this.started?.config ?? {}) as { batch?: number; model?: string };
    return translates(model) ? 2 * batch : batch;
  }

  /** Whether the training has only made shorter steps than those that follow, by which its end cannot be told. */
  get isWarmingUp(): boolean {
    return this.step <= this.#warmUpSteps && (this.totalSteps ?? 0) > this.#warmUpSteps;
  }

  /** Takes a step; its values are kept elsewhere. */
  observeStep(step: number, timeMs: number): void {
    this.step = step;
    this.stepMs = timeMs;
    this.lastMs = timeMs;
    this.end = null;
    const warmUp = this.#warmUpSteps;
    if (step > warmUp && (this.#marks[0]?.step ?? warmUp) < warmUp) {
      this.#marks = this.#marks.filter((mark) => mark.step >= warmUp);
    }
    this.#marks.push({ step, timeMs, isAfterPause: this.#wasPaused });
    this.#wasPaused = false;
    if (this.#marks.length > 2 * PACE_STEPS) this.#marks = this.#marks.slice(-PACE_STEPS);
  }

  /** Takes any event but a step. */
  observe(event: Exclude<RunEvent, { type: 'step' }>): void {
    const timeMs = Date.parse(event.time);
    this.lastMs = Math.max(this.lastMs, timeMs);
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
        this.scores = event.scores;
        note('note', `validation: ${scores.join(', ')}`);
        break;
      }
      case 'control':
        if (event.command === 'pause') this.isPaused = this.#wasPaused = true;
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
        this.end = { time: event.time, outcome: event.reason, message: null };
        note('note', `training ${event.reason}`);
        break;
      case 'run-failed':
        this.end = { time: event.time, outcome: 'failed', message: event.message };
        note('alarm', `training failed: ${event.message}`);
        break;
      case 'job-started':
        this.#clear(event.step, timeMs);
        this.job = event;
        this.totalSteps = event.totalSteps;
        note('note', `${event.input} to ${event.output}, by ${event.run}`);
        break;
      case 'job-progress':
        this.#progress(event, timeMs);
        break;
      case 'job-finished':
        this.step = event.step;
        this.failedItems = event.failed;
        this.end = { time: event.time, outcome: event.reason, message: event.message ?? null };
        note(
          event.reason === 'failed' ? 'alarm' : 'note',
          `${event.reason}: ${event.message ?? describeItems(event, this.item)}`,
        );
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

  /** The longest time between two of the last steps that were not made after a pause; null before the second step. */
  longestStepMs(): number | null {
    let longest: number | null = null;
    for (let i = 1; i < this.#marks.length; i++) {
      const [before, after] = [this.#marks[i - 1]!, this.#marks[i]!];
      if (!after.isAfterPause) longest = Math.max(longest ?? 0, after.timeMs - before.timeMs);
    }
    return longest;
  }

  #start(event: EventOf<'run-started'>, timeMs: number): void {
    const { samples, checkpoint, feed, scores } = this;
    this.#clear(event.step, timeMs);
    this.started = event;
    this.#warmUpSteps = warmUpSteps({ init: null, warmUp: 0, ...(event.config as object | undefined) });
    this.totalSteps = event.totalSteps;
    if (!event.resumed) return;
    this.feed = feed;
    this.scores = scores;
    this.samples = samples.filter(({ step }) => step <= event.step);
    if (checkpoint !== null && checkpoint.step <= event.step) this.checkpoint = checkpoint;
  }

  #progress({ step, totalSteps, path }: EventOf<'job-progress'>, timeMs: number): void {
    this.observeStep(step, timeMs);
    this.totalSteps = totalSteps;
    if (path !== undefined) this.samples = [...this.samples.slice(1 - MAX_JOB_PICTURES), { step, path, direction: '' }];
  }

  #clear(step: number, timeMs: number): void {
    this.started = null;
    this.#warmUpSteps = 0;
    this.job = null;
    this.samples = [];
    this.checkpoint = null;
    this.feed = [];
    this.alarms = [];
    this.scores = {};
    this.failedItems = 0;
    this.startedMs = timeMs;
    this.step = step;
    this.stepMs = timeMs;
    this.end = null;
    this.isPaused = false;
    this.#marks = [{ step, timeMs, isAfterPause: false }];
    this.#wasPaused = false;
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

function describeItems({ step, failed }: EventOf<'job-finished'>, item: string): string {
  return `${step} ${item}${step === 1 ? '' : 's'}${failed === 0 ? '' : `, ${failed} of them failed`}`;
}
