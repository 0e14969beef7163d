import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import packageJson from '../../package.json' with { type: 'json' };
import { writeBest } from '../checkpoint/best-checkpoint.ts';
import { pruneCheckpoints, writeCheckpoint } from '../checkpoint/checkpoint-store.ts';
import { MODEL_FILE } from '../checkpoint/model-files.ts';
import type { NamedArrays } from '../checkpoint/named-arrays.ts';
import type { RunSettings } from '../config/config-kind.ts';
import { writeRunConfig } from '../config/run-config.ts';
import { LOG_EVERY } from '../config/run-settings.ts';
import type { ControlCommand } from '../control/control-command.ts';
import { TrainingControl } from '../control/training-control.ts';
import type { JsonObject } from '../data/json-value.ts';
import { UserError } from '../errors.ts';
import type { EventLog } from '../events/event-log.ts';
import { eventsFromEnd } from '../events/events-from-end.ts';
import type { AlarmCode, FinishReason, LossReport, RunEvent, RunEventBody } from '../events/run-event.ts';
import type { RunLock } from '../events/run-lock.ts';
import type { Learner, Measurements, MemoryForecast, StepPlan, TrainingTask, Validation } from '../models/learner.ts';
import { garbageLimit } from '../runtime/garbage.ts';
import { rssBytes } from '../runtime/runtime-info.ts';
import { AlarmMonitor } from './alarms.ts';
import type { Beginning, Warning } from './beginning.ts';
import { learningRateFactor, scheduleProgress } from './learning-rate.ts';
import { notFiniteArray } from './not-finite.ts';
import type { BatchSource, RunOptions } from './run-options.ts';
import type { Schedule } from './schedule.ts';
import { ScoreMonitor } from './score-monitor.ts';
import { UnloggedSteps } from './unlogged-steps.ts';

/** Below the run's folder: its sample pictures. */
export const SAMPLES_FOLDER = 'samples';

/** Whether the run is still this process's is looked at before each write, and between steps once in so long. */
const LOCK_CHECK_MS = 1000;

/** What a training has opened and found out before its first step. */
interface Opened<Config, Batch> {
  readonly config: Config;
  readonly data: BatchSource<Batch>;
  readonly memory: MemoryForecast | undefined;
  readonly log: EventLog;
  readonly lock: RunLock;
  readonly beginning: Beginning;
}

/** As the log names it. */
interface SavedCheckpoint {
  readonly step: number;
  readonly path: string;
}

/** A run in training, from its first step or its newest checkpoint to its end. */
export class Training<Config extends RunSettings, Batch> {
  readonly #options: RunOptions<Config, Batch>;
  readonly #opened: Opened<Config, Batch>;
  /** The learning rate may be changed on the way. */
  #config: Config;
  readonly #learner: Learner<Batch>;
  readonly #schedule: Schedule;
  readonly #control: TrainingControl;
  readonly #alarms = new AlarmMonitor();
  readonly #scores: ScoreMonitor;
  /** Peak memory must not depend on the number of updates in a step. */
  readonly #limitGarbage = garbageLimit(16 * 2 ** 20);
  #step: number;
  /** Step at which a command ends the training. */
  #lastStep = Number.POSITIVE_INFINITY;
  /** False while a loss explodes: such weights are not worth keeping. */
  #healthy = true;
  #lastCheckpoint: SavedCheckpoint | null = null;
  readonly #unlogged = new UnloggedSteps();
  #skippedInRow = 0;
  #lockCheckedMs = 0;

  constructor(task: TrainingTask<Config, Batch>, options: RunOptions<Config, Batch>, opened: Opened<Config, Batch>) {
    this.#options = options;
    this.#opened = opened;
    this.#config = opened.config;
    this.#control = options.control ?? new TrainingControl();
    const { checkpoint, schedule, best } = opened.beginning;
    this.#schedule = schedule;
    this.#scores = new ScoreMonitor(best);
    this.#step = checkpoint?.step ?? 0;
    if (checkpoint !== null) {
      const { step, folder } = checkpoint;
      this.#lastCheckpoint = { step, path: relativePath(options.runFolder, folder) };
    }
    this.#learner = task.begin(this.#config, checkpoint, options.backend);
  }

  /** From here on the learning rate is 0. */
  get #scheduledSteps(): number {
    const { constant, decay } = this.#config.epochs;
    return this.#schedule.stepAt(constant + decay);
  }

  get #totalSteps(): number {
    const { steps, epochs } = this.#options;
    if (steps !== undefined) return steps;
    return epochs === undefined ? this.#scheduledSteps : this.#schedule.stepAt(epochs);
  }

  async *run(): AsyncGenerator<RunEvent, void> {
    const { log, memory, data } = this.#opened;
    const { backend, dataPlace, resume } = this.#options;
    const { name, device } = backend;
    try {
      yield await log.append({
        type: 'run-started',
        step: this.#step,
        totalSteps: this.#totalSteps,
        stepsPerEpoch: data.stepsPerEpoch,
        resumed: resume,
        backend: { name, device },
        ...forecastOf(memory),
        config: this.#config,
        version: packageJson.version,
        ...(dataPlace === undefined ? {} : { data: dataPlace }),
      });
      const unlogged = await this.#unloggedCheckpoint();
      if (unlogged !== null) yield await log.append({ type: 'checkpoint', ...unlogged, seconds: 0 });
      for (const { code, message } of this.#warnings()) yield await this.#warn(code, message);
      yield* this.#steps();
      if (this.#healthy && this.#lastCheckpoint?.step !== this.#step) yield* this.#save();
      const reason: FinishReason = this.#step < this.#totalSteps ? 'interrupted' : 'completed';
      const checkpoint = this.#lastCheckpoint?.path ?? null;
      yield await log.append({ type: 'run-finished', step: this.#step, reason, checkpoint });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      yield await log.append({ type: 'run-failed', step: this.#step, message });
      throw error;
    } finally {
      this.#unlogged.dispose();
      this.#learner.dispose();
    }
  }

  /** The checkpoint of a resumed run that was killed after it had written it, before the log said so. */
  async #unloggedCheckpoint(): Promise<SavedCheckpoint | null> {
    const resumed = this.#lastCheckpoint;
    if (resumed === null) return null;
    for await (const { type, step = resumed.step } of eventsFromEnd(this.#opened.log.file)) {
      if (type === 'checkpoint' && step === resumed.step) return null;
      if (step < resumed.step) return resumed;
    }
    return resumed;
  }

  /** What has to be told before the first step. */
  *#warnings(): Iterable<Warning> {
    const { memory, data, beginning } = this.#opened;
    if (memory?.warning !== undefined)
      yield { code: memory.needed ? 'memory-tight' : 'memory-unknown', message: memory.warning };
    for (const message of data.warnings ?? []) yield { code: 'data', message };
    yield* beginning.warnings;
    const [end, last] = [this.#scheduledSteps, this.#totalSteps];
    if (last > end) {
      const message = `The learning rate is 0 from step ${end} on, where the schedule ends, and nothing is learned up to step ${last}: set more epochs in the schedule.`;
      yield { code: 'schedule-exceeded', message };
    }
  }

  async *#steps(): AsyncGenerator<RunEvent, void> {
    const { checkpointEvery, sampleEvery } = this.#config;
    const logEvery = this.#config.logEvery ?? (this.#options.backend.gpu ? LOG_EVERY.onGpu : LOG_EVERY.otherwise);
    while (!this.#isOver()) {
      if (performance.now() - this.#lockCheckedMs > LOCK_CHECK_MS) await this.#requireHeld();
      const begin = performance.now();
      const batch = yield* this.#nextBatch();
      const reasonToSkip = this.#learner.reasonToSkip(batch);
      const updates = reasonToSkip === null ? this.#learn(batch) : [];
      this.#step++;
      if (reasonToSkip !== null) {
        yield await this.#warn('no-instances', `Step ${this.#step} is skipped: ${reasonToSkip}.`);
        if (++this.#skippedInRow >= this.#opened.data.stepsPerEpoch) {
          throw new UserError(
            `Nothing can be learned from this set: all ${this.#skippedInRow} steps of an epoch were skipped, the last because ${reasonToSkip}; run "instagan dataset check" on it.`,
          );
        }
      } else {
        this.#skippedInRow = 0;
        this.#unlogged.add(this.#step, updates, (performance.now() - begin) / 1000);
      }
      if (this.#step % logEvery === 0 || this.#step === this.#totalSteps) yield* this.#report();
      // The checkpoint comes last: a run that is killed before it makes pictures and scores again, and never goes without.
      if (sampleEvery > 0 && this.#step % sampleEvery === 0) yield* this.#sample(batch);
      if (this.#learner.validatesAt?.(this.#step)) yield* this.#validate();
      const isDue = this.#step % checkpointEvery === 0 && this.#lastCheckpoint?.step !== this.#step;
      if (this.#healthy && isDue) yield* this.#save();
      // Computation is synchronous on some backends: let signals and workers be heard between two steps.
      await new Promise((resume) => setImmediate(resume));
      yield* this.#obey(batch);
    }
    yield* this.#report();
  }

  /** Before anything is written to the run: it may have been moved, deleted or taken over. */
  async #requireHeld(): Promise<void> {
    await this.#opened.lock.requireHeld();
    this.#lockCheckedMs = performance.now();
  }

  #isOver(): boolean {
    return this.#step >= Math.min(this.#totalSteps, this.#lastStep) || this.#options.signal?.aborted === true;
  }

  /** Carries out the commands that have come; while paused, waits for more. @param batch the last one learned from */
  async *#obey(batch: Batch): AsyncGenerator<RunEvent, void> {
    let isPaused = false;
    for (;;) {
      const command = this.#control.take();
      if (command === undefined) {
        if (!isPaused || this.#isOver()) return;
        await this.#control.arrival(this.#options.signal);
        continue;
      }
      yield await this.#opened.log.append({
        type: 'control',
        step: this.#step,
        command: command.command,
        ...ratesOf(command),
      });
      switch (command.command) {
        case 'pause':
          isPaused = true;
          break;
        case 'resume':
          isPaused = false;
          break;
        case 'checkpoint':
          if (this.#healthy && this.#lastCheckpoint?.step !== this.#step) yield* this.#save();
          break;
        case 'sample':
          yield* this.#sample(batch);
          break;
        case 'learning-rate':
          await this.#requireHeld();
          this.#config = Object.freeze({ ...this.#config, ...ratesOf(command) });
          await writeRunConfig(this.#options.runFolder, this.#config);
          break;
        case 'stop-after-epoch':
          this.#lastStep = this.#schedule.stepAt(Math.ceil(this.#schedule.epochAt(this.#step)));
          break;
        case 'stop':
          this.#lastStep = this.#step;
          break;
      }
    }
  }

  /** Logs the steps since the last entry: the means of their losses, and what is alarming about each. */
  async *#report(): AsyncGenerator<RunEvent, void> {
    const report = await this.#unlogged.read((means) => this.#learner.examine(means));
    if (report === null) return;
    yield await this.#opened.log.append(this.#stepEvent(report.losses, report.seconds));
    for (const { step, losses, symptoms } of report.steps) {
      const alarms = this.#alarms.observe(losses, symptoms);
      this.#healthy = !alarms.some(({ code }) => code === 'loss-exploding');
      for (const { code, message } of alarms) yield await this.#alarm(code, message, step);
      const fatal = alarms.find((alarm) => alarm.fatal);
      if (fatal !== undefined) throw new UserError(`Step ${step} of ${this.#options.runFolder}: ${fatal.message}`);
    }
  }

  /** The data of the next step; if they fail, what was learned so far is saved first. */
  async *#nextBatch(): AsyncGenerator<RunEvent, Batch> {
    try {
      return await this.#opened.data.batch(this.#step);
    } catch (error) {
      if (this.#healthy && this.#lastCheckpoint?.step !== this.#step) yield* this.#save();
      throw error;
    }
  }

  #learn(batch: Batch): Measurements<string>[] {
    const updates: Measurements<string>[] = [];
    for (const measurements of this.#learner.learn(batch, this.#plan(this.#step))) {
      updates.push(measurements);
      this.#limitGarbage();
    }
    return updates;
  }

  /** What the schedule says after `step` steps. */
  #plan(step: number): StepPlan {
    const { generator, discriminator } = this.#config.learningRate;
    const epoch = this.#schedule.epochAt(step);
    const factor = learningRateFactor(epoch, this.#config.epochs);
    const learningRate = { generator: factor * generator, discriminator: factor * discriminator };
    return { step, learningRate, progress: scheduleProgress(epoch, this.#config.epochs) };
  }

  #stepEvent(losses: LossReport, seconds: number): RunEventBody {
    const { numTensors, numBytes } = tf.memory();
    return {
      type: 'step',
      step: this.#step,
      epoch: Math.floor(this.#schedule.epochAt(this.#step - 1)),
      losses: shortened(losses),
      learningRate: this.#plan(this.#step - 1).learningRate,
      seconds: Number(seconds.toFixed(6)),
      memory: { tensors: numTensors, tensorBytes: numBytes, rssBytes: rssBytes() },
    };
  }

  async *#save(): AsyncGenerator<RunEvent, void> {
    const { runFolder } = this.#options;
    const begin = performance.now();
    const content = await this.#learner.toCheckpoint();
    const broken = notFiniteArray(content.files[MODEL_FILE] as NamedArrays);
    if (broken !== null) {
      const message = `${broken} holds values that are not finite numbers, and no checkpoint is written; resume from the last one with a lower learning rate.`;
      yield await this.#alarm('loss-not-finite', message);
      throw new UserError(`Step ${this.#step} of ${runFolder}: ${message}`);
    }
    await this.#requireHeld();
    const config = this.#config as unknown as JsonObject;
    const backend = this.#options.backend.name;
    const manifest = { ...content.manifest, schedule: this.#schedule.toState(), config, backend };
    const folder = await writeCheckpoint(runFolder, this.#step, { ...content, manifest });
    const { keepCheckpoints, keepEvery } = this.#config;
    await pruneCheckpoints(runFolder, keepCheckpoints, { best: this.#scores.best?.step ?? null, every: keepEvery });
    this.#lastCheckpoint = { step: this.#step, path: relativePath(runFolder, folder) };
    const seconds = (performance.now() - begin) / 1000;
    yield await this.#opened.log.append({ type: 'checkpoint', ...this.#lastCheckpoint, seconds });
  }

  async *#sample(batch: Batch): AsyncGenerator<RunEvent, void> {
    const { writePicture, runFolder } = this.#options;
    if (writePicture === undefined) return;
    const pictures = await this.#learner.pictures(batch);
    await this.#requireHeld();
    for (const { direction, picture } of pictures) {
      const ending = direction === undefined ? '' : `-${direction}`;
      const name = `${SAMPLES_FOLDER}/step-${String(this.#step).padStart(8, '0')}${ending}.png`;
      await writePicture(path.join(runFolder, name), picture);
      const sample = { type: 'sample', step: this.#step, path: name } as const;
      yield await this.#opened.log.append(direction === undefined ? sample : { ...sample, direction });
    }
  }

  async *#validate(): AsyncGenerator<RunEvent, void> {
    const begin = performance.now();
    let validation: Validation | null | undefined;
    try {
      validation = await this.#learner.validate?.();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      yield await this.#warn('not-scored', `Step ${this.#step} is not scored: ${error.message}`);
    }
    if (validation === undefined || validation === null) return;
    const { scores, main } = validation;
    const seconds = (performance.now() - begin) / 1000;
    yield await this.#opened.log.append({ type: 'validation', step: this.#step, scores, seconds });
    if (!this.#healthy) return;
    const scored = { step: this.#step, score: scores[main] as number };
    const { isBest, alarm } = this.#scores.observe(scored);
    if (isBest) {
      await this.#requireHeld();
      // Before the checkpoint: a run that ends between the two scores this step again when it goes on from an earlier one.
      await writeBest(this.#options.runFolder, scored);
      if (this.#lastCheckpoint?.step !== this.#step) yield* this.#save();
    }
    if (alarm !== null) yield await this.#alarm(alarm.code, alarm.message);
  }

  #alarm(code: AlarmCode, message: string, step = this.#step): Promise<RunEvent> {
    return this.#opened.log.append({ type: 'alarm', code, message, step });
  }

  #warn(code: string, message: string): Promise<RunEvent> {
    return this.#opened.log.append({ type: 'warning', code, message, step: this.#step });
  }
}

/** As many digits as a number of 32 bits has: all that was computed, in half the length. */
function shortened(losses: LossReport): LossReport {
  return Object.fromEntries(Object.entries(losses).map(([name, value]) => [name, Number(value.toPrecision(9))]));
}

/** The learning rates that a command sets, if it sets them. */
function ratesOf(command: ControlCommand): { learningRate?: StepPlan['learningRate'] } {
  if (command.command !== 'learning-rate') return {};
  return { learningRate: { generator: command.generator, discriminator: command.discriminator } };
}

function forecastOf(
  memory: MemoryForecast | undefined,
): Pick<Extract<RunEventBody, { type: 'run-started' }>, 'memory'> {
  if (!memory?.needed) return {};
  const { ramBytes, deviceBytes } = memory.needed;
  return { memory: { ramBytes, deviceBytes, summary: memory.summary } };
}

function relativePath(runFolder: string, folder: string): string {
  return path.relative(runFolder, folder).split(path.sep).join('/');
}
