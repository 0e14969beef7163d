import type { FinishReason, LossReport, OpenBackend, RunEvent } from '@instagan/core';
import { warmUpSteps } from '@instagan/core/settings';
import { counted, formatBytes, formatSeconds } from '../output/format.ts';
import type { Terminal } from '../output/terminal.ts';
import { describeCompute } from './open-compute.ts';
import { StepPace } from './step-pace.ts';
import type { TrainingProcessOptions } from './training-process.ts';

/** What the report says at the start beside the events, in words. */
export interface RunFacts {
  /** Such as `A: 50 images, 120 masks`. */
  readonly data: string;
  /** Such as `instagan: two generators of 2.1 M parameters`. */
  readonly model: string;
  /** Settings that are not the defaults, such as `ngf 16 (64)`. */
  readonly differences: readonly string[];
}

/** How a kind of model is reported on. */
export interface ReportWording {
  /** The losses of a step in a few words each, what matters most first. */
  summary(losses: LossReport): readonly string[];
  /** All losses of a step. */
  details(losses: LossReport): string;
  /** The command that a user will want next. */
  next(reason: FinishReason): string;
}

/** Time between two lines of progress where lines stay. */
const LINE_INTERVAL_MS = 1000;

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** `--ui plain`: a training as lines of text; on a terminal progress is one line that changes. */
export class PlainReport {
  readonly #terminal: Terminal;
  readonly #options: TrainingProcessOptions;
  readonly #wording: ReportWording;
  readonly #backend: OpenBackend;
  readonly #pace = new StepPace();
  readonly #beganMs = performance.now();
  #facts: RunFacts | undefined;
  #started: EventOf<'run-started'> | undefined;
  #warmUpSteps = 0;
  #samples = 0;
  #lastLineMs = Number.NEGATIVE_INFINITY;

  constructor(terminal: Terminal, options: TrainingProcessOptions, wording: ReportWording, backend: OpenBackend) {
    this.#terminal = terminal;
    this.#options = options;
    this.#wording = wording;
    this.#backend = backend;
  }

  /** Takes what is known before the first event. */
  know(facts: RunFacts): void {
    this.#facts = facts;
  }

  event(event: RunEvent): void {
    const { run } = this.#options;
    switch (event.type) {
      case 'run-started':
        this.#started = event;
        this.#warmUpSteps = warmUpSteps({ init: null, warmUp: 0, ...(event.config as object) });
        this.#pace.start(event.step, performance.now(), this.#warmUpSteps);
        this.#printStart(event);
        break;
      case 'step':
        this.#printStep(event);
        break;
      case 'sample':
        this.#samples++;
        this.#terminal.line(`sample      ${run}/${event.path}`);
        break;
      case 'validation':
        this.#terminal.line(`validation  ${describeScores(event.scores)} (${formatSeconds(event.seconds)})`);
        break;
      case 'control':
        this.#terminal.line(`command     ${event.command} at step ${event.step}`);
        break;
      case 'checkpoint':
        this.#terminal.line(`checkpoint  ${run}/${event.path} (${formatSeconds(event.seconds)})`);
        break;
      case 'warning':
        this.#terminal.line(`warning     ${event.message}`);
        break;
      case 'alarm':
        this.#terminal.line(`ALARM       step ${event.step}: ${event.message}`);
        break;
      case 'run-finished':
        this.#printEnd(event);
        break;
      case 'run-failed':
        this.#terminal.line(`failed      at step ${event.step}`);
        break;
    }
  }

  #printStart(event: EventOf<'run-started'>): void {
    const print = (name: string, text: string) => this.#terminal.line(`${name.padEnd(12)}${text}`);
    const { run } = this.#options;
    print('run', event.resumed ? `${run}, resumed at step ${event.step}` : run);
    print('backend', describeCompute(this.#backend));
    if (this.#facts !== undefined) {
      const { data, model, differences } = this.#facts;
      print('data', data);
      print('model', model);
      print('settings', differences.length === 0 ? 'the defaults' : `${differences.join(', ')} (defaults in brackets)`);
    }
    if (event.memory !== undefined) print('memory', event.memory.summary);
    const ratio = event.totalSteps / event.stepsPerEpoch;
    const epochs = Number(ratio < 0.1 ? ratio.toPrecision(1) : ratio.toFixed(1));
    const { timeLimit } = this.#options;
    const limit = timeLimit === undefined ? '' : `; stops after ${formatSeconds(timeLimit * 60)}`;
    const length = `${counted(event.totalSteps, 'step')}, ${counted(epochs, 'epoch')} of ${counted(event.stepsPerEpoch, 'step')}`;
    print('length', `${length}${limit}`);
  }

  #printStep(event: EventOf<'step'>): void {
    const now = performance.now();
    this.#pace.observe(event.step, now);
    const total = this.#started?.totalSteps ?? event.step;
    const secondsPerStep = this.#pace.secondsPerStep() ?? event.seconds;
    const { losses, memory } = event;
    // What matters most comes first: a narrow terminal cuts the rest off.
    const parts = [
      `step ${event.step}/${total} (epoch ${event.epoch + 1})`,
      ...this.#wording.summary(losses),
      `${formatSeconds(secondsPerStep)}/step`,
      ...this.#eta(event.step, total, secondsPerStep),
      formatBytes(memory.rssBytes),
      this.#wording.details(losses),
    ];
    const text = parts.join('  ');
    if (this.#terminal.isInteractive && event.step < total) {
      this.#terminal.status(text);
    } else if (event.step === total || now - this.#lastLineMs >= LINE_INTERVAL_MS) {
      this.#terminal.line(text);
      this.#lastLineMs = now;
    }
  }

  /** Nothing where only steps of the warm-up, which are shorter, would tell. */
  #eta(step: number, total: number, secondsPerStep: number): string[] {
    if (step >= total) return [];
    const warmUp = this.#warmUpSteps;
    if (step <= warmUp && warmUp < total) return [`warm-up to step ${warmUp}`];
    if (warmUp > 0 && this.#pace.secondsPerStep() === undefined) return [];
    return [`ETA ${formatSeconds(this.#secondsLeft((total - step) * secondsPerStep))}`];
  }

  /** `scheduled`, or what is left of the time limit if that is less. */
  #secondsLeft(scheduled: number): number {
    const { timeLimit } = this.#options;
    if (timeLimit === undefined) return scheduled;
    return Math.min(scheduled, Math.max(0, timeLimit * 60 - (performance.now() - this.#beganMs) / 1000));
  }

  #printEnd({ step, reason, checkpoint }: EventOf<'run-finished'>): void {
    const { run } = this.#options;
    const total = this.#started?.totalSteps ?? step;
    const time = formatSeconds((performance.now() - this.#beganMs) / 1000);
    const outcome = reason === 'completed' ? 'Done' : 'Stopped';
    this.#terminal.line();
    if (reason === 'completed' && step === this.#started?.step && this.#started.resumed) {
      this.#terminal.line(
        `The run is at step ${step} already, and was to be trained to step ${total}: nothing was done. To go on, give more --steps or --epochs, which count from its beginning.`,
      );
    } else this.#terminal.line(`${outcome} at step ${step} of ${total} after ${time}.`);
    if (checkpoint !== null) this.#terminal.line(`  checkpoint  ${run}/${checkpoint}`);
    if (this.#samples > 0) this.#terminal.line(`  samples     ${run}/samples`);
    this.#terminal.line(`  log         ${run}/events.jsonl`);
    this.#terminal.line(`Next: ${this.#wording.next(reason)}`);
  }
}

/** Such as `iou 0.913  ap50 0.871`. */
function describeScores(scores: Readonly<Record<string, number>>): string {
  return Object.entries(scores)
    .map(([name, score]) => `${name} ${Number.isNaN(score) ? 'none' : score.toFixed(3)}`)
    .join('  ');
}
