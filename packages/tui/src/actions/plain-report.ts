import {
  type LossReport,
  type OpenBackend,
  type RunEvent,
  type TrainingConfig,
  translationNetworks,
} from '@instagan/core';
import type { DomainCounts } from '@instagan/datasets';
import { counted, formatBytes, formatSeconds, shellQuoted } from '../output/format.ts';
import type { Terminal } from '../output/terminal.ts';
import { describeCompute } from './open-compute.ts';
import { StepPace } from './step-pace.ts';
import { differencesFromDefaults } from './train-config.ts';
import type { TrainCommandOptions } from './train-options.ts';

/** What the report says at the start beside the events. */
export interface RunFacts {
  readonly config: TrainingConfig;
  readonly backend: OpenBackend;
  readonly counts: Readonly<Record<'A' | 'B', DomainCounts>>;
}

/** Time between two lines of progress where lines stay. */
const LINE_INTERVAL_MS = 1000;

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** `--ui plain`: a training as lines of text; on a terminal progress is one line that changes. */
export class PlainReport {
  readonly #terminal: Terminal;
  readonly #options: TrainCommandOptions;
  readonly #pace = new StepPace();
  readonly #beganMs = performance.now();
  #facts: RunFacts | undefined;
  #started: EventOf<'run-started'> | undefined;
  #samples = 0;
  #lastLineMs = Number.NEGATIVE_INFINITY;

  constructor(terminal: Terminal, options: TrainCommandOptions) {
    this.#terminal = terminal;
    this.#options = options;
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
        this.#pace.start(event.step, performance.now());
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
    if (this.#facts !== undefined) {
      const { backend, counts, config } = this.#facts;
      print('backend', describeCompute(backend));
      print('data', `${describeDomain('A', counts.A)}; ${describeDomain('B', counts.B)}`);
      print('model', describeModel(config));
      const differences = differencesFromDefaults(config);
      print('settings', differences.length === 0 ? 'the defaults' : `${differences.join(', ')} (defaults in brackets)`);
    }
    const epochs = Number((event.totalSteps / event.stepsPerEpoch).toFixed(1));
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
      `G ${generatorLoss(losses).toFixed(2)}`,
      `D ${(losses.discriminatorA + losses.discriminatorB).toFixed(3)}`,
      `${formatSeconds(secondsPerStep)}/step`,
      ...(event.step < total ? [`ETA ${formatSeconds(this.#secondsLeft((total - event.step) * secondsPerStep))}`] : []),
      formatBytes(memory.rssBytes),
      `G: ${describeGeneratorLosses(losses)}`,
    ];
    const text = parts.join('  ');
    if (this.#terminal.isInteractive && event.step < total) {
      this.#terminal.status(text);
    } else if (event.step === total || now - this.#lastLineMs >= LINE_INTERVAL_MS) {
      this.#terminal.line(text);
      this.#lastLineMs = now;
    }
  }

  /** `scheduled`, or what is left of the time limit if that is less. */
  #secondsLeft(scheduled: number): number {
    const { timeLimit } = this.#options;
    if (timeLimit === undefined) return scheduled;
    return Math.min(scheduled, Math.max(0, timeLimit * 60 - (performance.now() - this.#beganMs) / 1000));
  }

  #printEnd({ step, reason, checkpoint }: EventOf<'run-finished'>): void {
    const { run, data } = this.#options;
    const total = this.#started?.totalSteps ?? step;
    const time = formatSeconds((performance.now() - this.#beganMs) / 1000);
    const outcome = reason === 'completed' ? 'Done' : 'Stopped';
    this.#terminal.line();
    if (step > total)
      this.#terminal.line(`The run is at step ${step} already, beyond step ${total}: nothing was done.`);
    else this.#terminal.line(`${outcome} at step ${step} of ${total} after ${time}.`);
    if (checkpoint !== null) this.#terminal.line(`  checkpoint  ${run}/${checkpoint}`);
    if (this.#samples > 0) this.#terminal.line(`  samples     ${run}/samples`);
    this.#terminal.line(`  log         ${run}/events.jsonl`);
    const place = `--run ${shellQuoted(run)}`;
    this.#terminal.line(
      reason === 'completed'
        ? `Next: instagan translate ${place} --input ${shellQuoted(`${data}/testA`)} --output translated`
        : `Next: instagan train --data ${shellQuoted(data)} ${place} --resume${this.#lengthOption()}`,
    );
  }

  #lengthOption(): string {
    const { steps, epochs } = this.#options;
    if (steps !== undefined) return ` --steps ${steps}`;
    return epochs === undefined ? '' : ` --epochs ${epochs}`;
  }
}

function describeDomain(domain: 'A' | 'B', { images, masks, leftOut }: DomainCounts): string {
  const without = leftOut === 0 ? '' : ` (${leftOut} without masks left out)`;
  return `${domain}: ${counted(images, 'image')}, ${counted(masks, 'mask')}${without}`;
}

function describeModel(config: TrainingConfig): string {
  const { generatorSpecs, discriminatorSpecs } = translationNetworks(config.model, config);
  const size = (specs: typeof generatorSpecs) => {
    const parameters = specs.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
    return parameters < 1e6 ? `${Math.round(parameters / 1e3)} k` : `${(parameters / 1e6).toPrecision(3)} M`;
  };
  return `${config.model}: two generators of ${size(generatorSpecs)} parameters, two discriminators of ${size(discriminatorSpecs)}`;
}

function generatorLoss(losses: LossReport): number {
  const { discriminatorA, discriminatorB, ...generator } = losses;
  return Object.values(generator).reduce((sum, value) => sum + value, 0);
}

function describeGeneratorLosses(losses: LossReport): string {
  const terms = [
    ['gan', losses.generatorA + losses.generatorB],
    ['cycle', losses.cycleA + losses.cycleB],
    ['identity', losses.identityA + losses.identityB],
    ['context', losses.contextA + losses.contextB],
  ] as const;
  return terms.map(([name, value]) => `${name} ${value.toFixed(2)}`).join(' ');
}

/** Such as `iou 0.913  ap50 0.871`. */
function describeScores(scores: Readonly<Record<string, number>>): string {
  return Object.entries(scores)
    .map(([name, score]) => `${name} ${score.toFixed(3)}`)
    .join('  ');
}
