import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import packageJson from '../../package.json' with { type: 'json' };
import { readBest, writeBest } from '../checkpoint/best-checkpoint.ts';
import { checkpointsFolder } from '../checkpoint/checkpoint-folders.ts';
import { readNewestCheckpoint } from '../checkpoint/checkpoint-reader.ts';
import { cleanCheckpoints, pruneCheckpoints, writeCheckpoint } from '../checkpoint/checkpoint-store.ts';
import { MODEL_FILE } from '../checkpoint/model-files.ts';
import type { NamedArrays } from '../checkpoint/named-arrays.ts';
import { configChanges } from '../config/config-changes.ts';
import type { RunSettings } from '../config/config-kind.ts';
import { createRun, makeRunFolder, readRunConfig, resumedConfig, writeRunConfig } from '../config/run-config.ts';
import { LOG_EVERY } from '../config/run-settings.ts';
import type { ControlCommand } from '../control/control-command.ts';
import { TrainingControl } from '../control/training-control.ts';
import type { JsonObject } from '../data/json-value.ts';
import { UserError } from '../errors.ts';
import { type EventLog, openEventLog } from '../events/event-log.ts';
import type { AlarmCode, FinishReason, LossReport, RunEvent, RunEventBody } from '../events/run-event.ts';
import { lockRun, type RunLock } from '../events/run-lock.ts';
import type {
  Learner,
  Measurements,
  MemoryForecast,
  StepPlan,
  TrainingBackend,
  TrainingTask,
  Validation,
} from '../models/learner.ts';
import type { Picture } from '../pictures/contact-sheet.ts';
import { garbageLimit } from '../runtime/garbage.ts';
import { rssBytes } from '../runtime/runtime-info.ts';
import { removeUnfinished } from '../runtime/write-atomically.ts';
import { AlarmMonitor } from './alarms.ts';
import { learningRateFactor, scheduleProgress } from './learning-rate.ts';
import { meansOf, readSteps } from './measurements.ts';
import { notFiniteArray } from './not-finite.ts';
import { Schedule } from './schedule.ts';
import { ScoreMonitor } from './score-monitor.ts';

/** Training data with random access by step: a resumed run sees what an unbroken one would have seen. */
export interface BatchSource<Batch> {
  readonly stepsPerEpoch: number;
  /** What is wrong with the data that training survives, one sentence each: it becomes events. */
  readonly warnings?: readonly string[];
  /** @param step 0-based, counted over the whole run; the batch depends on it and the configuration alone */
  batch(step: number): Promise<Batch>;
  /** Ends workers; the source cannot be used afterwards. */
  close(): Promise<void>;
}

export interface RunOptions<Config extends RunSettings, Batch> {
  readonly runFolder: string;
  /** A new run's configuration; for a resumed one, the fields that are to change. */
  readonly config: Config | Partial<Config>;
  /** Go on with the run in `runFolder`. */
  readonly resume: boolean;
  /** Opens the training data, once the configuration is known. */
  readonly openData: (config: Config) => Promise<BatchSource<Batch>>;
  /** Where the data lie, for the log: a run can be repeated by it. */
  readonly dataPlace?: string;
  /** What computes, for the log; it is open. */
  readonly backend: TrainingBackend;
  /** Steps in the whole run after which to stop. @default the end of the schedule */
  readonly steps?: number;
  /** Epochs in the whole run after which to stop; only without `steps`. */
  readonly epochs?: number;
  /** Stops between two steps, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Commands to obey between two steps; each becomes an event. */
  readonly control?: TrainingControl;
  /** Writes a picture to a file under the run folder. Without it no samples are made. */
  readonly writePicture?: (file: string, picture: Picture) => Promise<void>;
}

/**
 * Trains a run of any kind of model and reports what happens: the lock, the configuration, events, checkpoints, samples,
 * alarms and resuming are the same for all. Every event is in `events.jsonl` before it is yielded, so whoever watches may
 * come and go. With equal configuration, data and a deterministic backend, a run that was killed and resumed writes the
 * same checkpoints as one that was not.
 *
 * @throws UserError if the run cannot start, the data fail, or a loss is not finite; the last good checkpoint stays
 */
export async function* trainRun<Config extends RunSettings, Batch>(
  task: TrainingTask<Config, Batch>,
  options: RunOptions<Config, Batch>,
): AsyncGenerator<RunEvent, void> {
  const { runFolder, resume } = options;
  const { configs } = task;
  const own = resume ? await readRunConfig(configs, runFolder) : null;
  const config = own === null ? (options.config as Config) : resumedConfig(configs, own, options.config);
  const memory = await task.checkMemory?.(config, options.backend);
  const data = await options.openData(config);
  let lock: RunLock | undefined;
  let log: EventLog | undefined;
  try {
    if (!resume) await makeRunFolder(runFolder);
    lock = await lockRun(runFolder);
    const places = [runFolder, checkpointsFolder(runFolder), path.join(runFolder, SAMPLES_FOLDER)];
    for (const place of places) await removeUnfinished(place);
    if (resume) await writeRunConfig(runFolder, config);
    else await createRun(runFolder, config);
    log = await openEventLog(runFolder);
    yield* new Training(task, options, config, data, log, lock).run(memory, own);
  } finally {
    // On a disk that takes nothing any more each of them may fail, and the others still are to be done.
    const ends = await Promise.allSettled([
      log?.close().finally(() => lock?.release()) ?? lock?.release(),
      data.close(),
    ]);
    const failed = ends.find((end) => end.status === 'rejected');
    // biome-ignore lint/correctness/noUnsafeFinally: what cannot be closed is an error
    if (failed !== undefined) throw failed.reason;
  }
}

/** Below the run's folder: its sample pictures. */
const SAMPLES_FOLDER = 'samples';

/** Whether the run is still this process's is looked at before each write, and between steps once in so long. */
const LOCK_CHECK_MS = 1000;

/** A step whose measurements are still on the device. */
interface UnloggedStep {
  readonly step: number;
  readonly updates: readonly Measurements<string>[];
  readonly seconds: number;
}

class Training<Config extends RunSettings, Batch> {
  readonly #task: TrainingTask<Config, Batch>;
  readonly #options: RunOptions<Config, Batch>;
  /** The learning rate may be changed on the way. */
  #config: Config;
  readonly #data: BatchSource<Batch>;
  readonly #log: EventLog;
  readonly #lock: RunLock;
  #skippedInRow = 0;
  #lockCheckedMs = 0;
  readonly #control: TrainingControl;
  readonly #alarms = new AlarmMonitor();
  #scores = new ScoreMonitor(null);
  /** Peak memory must not depend on the number of updates in a step. */
  readonly #limitGarbage = garbageLimit(16 * 2 ** 20);
  #schedule: Schedule;
  #step = 0;
  /** Step at which a command ends the training. */
  #lastStep = Number.POSITIVE_INFINITY;
  /** False while a loss explodes: such weights are not worth keeping. */
  #healthy = true;
  #lastCheckpoint: { readonly step: number; readonly path: string } | null = null;
  /** Steps since the last entry of the log. */
  #unlogged: UnloggedStep[] = [];

  constructor(
    task: TrainingTask<Config, Batch>,
    options: RunOptions<Config, Batch>,
    config: Config,
    data: BatchSource<Batch>,
    log: EventLog,
    lock: RunLock,
  ) {
    this.#task = task;
    this.#options = options;
    this.#config = config;
    this.#data = data;
    this.#log = log;
    this.#lock = lock;
    this.#control = options.control ?? new TrainingControl();
    this.#schedule = Schedule.begin(data.stepsPerEpoch);
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

  /** @param own the configuration in the folder of a resumed run; null for a new one */
  async *run(memory: MemoryForecast | undefined, own: Config | null): AsyncGenerator<RunEvent, void> {
    const { learner, warnings, changes } = await this.#start(own);
    const { backend, dataPlace } = this.#options;
    const { name, device } = backend;
    try {
      yield await this.#log.append({
        type: 'run-started',
        step: this.#step,
        totalSteps: this.#totalSteps,
        stepsPerEpoch: this.#data.stepsPerEpoch,
        resumed: this.#options.resume,
        backend: { name, device },
        ...forecastOf(memory),
        config: this.#config,
        version: packageJson.version,
        ...(dataPlace === undefined ? {} : { data: dataPlace }),
      });
      if (memory?.warning !== undefined)
        yield await this.#warn(memory.needed ? 'memory-tight' : 'memory-unknown', memory.warning);
      for (const message of this.#data.warnings ?? []) yield await this.#warn('data', message);
      for (const message of warnings) yield await this.#warn('checkpoint-damaged', message);
      for (const message of changes) yield await this.#warn('config-changed', message);
      const { stepsPerEpoch, stepsPerEpochBefore } = this.#schedule;
      if (stepsPerEpochBefore !== null) {
        const message = `The dataset has other numbers of images than before: an epoch has ${stepsPerEpoch} steps from here on, it had ${stepsPerEpochBefore}. The schedule goes on from epoch ${Number(this.#schedule.epochAt(this.#step).toFixed(2))}.`;
        yield await this.#warn('data-changed', message);
      }
      if (this.#totalSteps > this.#scheduledSteps) {
        const message = `The learning rate is 0 from step ${this.#scheduledSteps} on, where the schedule ends, and nothing is learned up to step ${this.#totalSteps}: set more epochs in the schedule.`;
        yield await this.#warn('schedule-exceeded', message);
      }
      yield* this.#steps(learner);
      if (this.#healthy && this.#lastCheckpoint?.step !== this.#step) yield* this.#save(learner);
      const reason: FinishReason = this.#step < this.#totalSteps ? 'interrupted' : 'completed';
      const checkpoint = this.#lastCheckpoint?.path ?? null;
      yield await this.#log.append({ type: 'run-finished', step: this.#step, reason, checkpoint });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      yield await this.#log.append({ type: 'run-failed', step: this.#step, message });
      throw error;
    } finally {
      for (const { updates } of this.#unlogged)
        for (const measurements of updates) tf.dispose([...measurements.values()]);
      learner.dispose();
    }
  }

  async #start(own: Config | null): Promise<{
    learner: Learner<Batch>;
    warnings: readonly string[];
    changes: readonly string[];
  }> {
    const { runFolder, backend } = this.#options;
    if (own !== null) {
      await cleanCheckpoints(runFolder);
      const { checkpoint, warnings } = await readNewestCheckpoint(runFolder);
      if (checkpoint !== null) {
        const changes = configChanges(this.#task.configs, runFolder, own, checkpoint);
        this.#step = checkpoint.step;
        this.#schedule = Schedule.resume(this.#data.stepsPerEpoch, checkpoint.state, checkpoint.step);
        const best = await readBest(runFolder);
        // What comes after the checkpoint is trained anew.
        if (best !== null && best.step <= checkpoint.step) this.#scores = new ScoreMonitor(best);
        this.#lastCheckpoint = { step: checkpoint.step, path: relativePath(runFolder, checkpoint.folder) };
        return { learner: this.#task.begin(this.#config, checkpoint, backend), warnings, changes };
      }
    }
    return { learner: this.#task.begin(this.#config, null, backend), warnings: [], changes: [] };
  }

  async *#steps(learner: Learner<Batch>): AsyncGenerator<RunEvent, void> {
    const { checkpointEvery, sampleEvery } = this.#config;
    const logEvery = this.#config.logEvery ?? (this.#options.backend.gpu ? LOG_EVERY.onGpu : LOG_EVERY.otherwise);
    while (!this.#isOver()) {
      if (performance.now() - this.#lockCheckedMs > LOCK_CHECK_MS) await this.#requireHeld();
      const begin = performance.now();
      const batch = yield* this.#nextBatch(learner);
      const reasonToSkip = learner.reasonToSkip(batch);
      const updates = reasonToSkip === null ? this.#learn(learner, batch) : [];
      this.#step++;
      if (reasonToSkip !== null) {
        yield await this.#warn('no-instances', `Step ${this.#step} is skipped: ${reasonToSkip}.`);
        if (++this.#skippedInRow >= this.#data.stepsPerEpoch) {
          throw new UserError(
            `Nothing can be learned from this set: all ${this.#skippedInRow} steps of an epoch were skipped, the last because ${reasonToSkip}; run "instagan dataset check" on it.`,
          );
        }
      } else {
        this.#skippedInRow = 0;
        this.#unlogged.push({ step: this.#step, updates, seconds: (performance.now() - begin) / 1000 });
      }
      if (this.#step % logEvery === 0 || this.#step === this.#totalSteps) yield* this.#report(learner);
      // The checkpoint comes last: a run that is killed before it makes pictures and scores again, and never goes without.
      if (sampleEvery > 0 && this.#step % sampleEvery === 0) yield* this.#sample(learner, batch);
      if (learner.validatesAt?.(this.#step)) yield* this.#validate(learner);
      const isDue = this.#step % checkpointEvery === 0 && this.#lastCheckpoint?.step !== this.#step;
      if (this.#healthy && isDue) yield* this.#save(learner);
      // Computation is synchronous on some backends: let signals and workers be heard between two steps.
      await new Promise((resume) => setImmediate(resume));
      yield* this.#obey(learner, batch);
    }
    yield* this.#report(learner);
  }

  /** Before anything is written to the run: it may have been moved, deleted or taken over. */
  async #requireHeld(): Promise<void> {
    await this.#lock.requireHeld();
    this.#lockCheckedMs = performance.now();
  }

  #isOver(): boolean {
    return this.#step >= Math.min(this.#totalSteps, this.#lastStep) || this.#options.signal?.aborted === true;
  }

  /** Carries out the commands that have come; while paused, waits for more. @param batch the last one learned from */
  async *#obey(learner: Learner<Batch>, batch: Batch): AsyncGenerator<RunEvent, void> {
    let isPaused = false;
    for (;;) {
      const command = this.#control.take();
      if (command === undefined) {
        if (!isPaused || this.#isOver()) return;
        await this.#control.arrival(this.#options.signal);
        continue;
      }
      yield await this.#log.append({
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
          if (this.#healthy && this.#lastCheckpoint?.step !== this.#step) yield* this.#save(learner);
          break;
        case 'sample':
          yield* this.#sample(learner, batch);
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
  async *#report(learner: Learner<Batch>): AsyncGenerator<RunEvent, void> {
    const steps = this.#unlogged;
    if (steps.length === 0) return;
    this.#unlogged = [];
    const begin = performance.now();
    const measured = await readSteps(steps.map(({ updates }) => updates));
    const waited = (performance.now() - begin) / 1000;
    const seconds = steps.reduce((sum, step) => sum + step.seconds, waited) / steps.length;
    const examined = measured.map((means) => learner.examine(means));
    yield await this.#log.append(this.#stepEvent(meansOf(examined.map(({ losses }) => losses)), seconds));
    for (const [i, { losses, symptoms }] of examined.entries()) {
      const { step } = steps[i] as UnloggedStep;
      const alarms = this.#alarms.observe(losses, symptoms);
      this.#healthy = !alarms.some(({ code }) => code === 'loss-exploding');
      for (const { code, message } of alarms) yield await this.#alarm(code, message, step);
      const fatal = alarms.find((alarm) => alarm.fatal);
      if (fatal !== undefined) throw new UserError(`Step ${step} of ${this.#options.runFolder}: ${fatal.message}`);
    }
  }

  /** The data of the next step; if they fail, what was learned so far is saved first. */
  async *#nextBatch(learner: Learner<Batch>): AsyncGenerator<RunEvent, Batch> {
    try {
      return await this.#data.batch(this.#step);
    } catch (error) {
      if (this.#healthy && this.#lastCheckpoint?.step !== this.#step) yield* this.#save(learner);
      throw error;
    }
  }

  #learn(learner: Learner<Batch>, batch: Batch): Measurements<string>[] {
    const updates: Measurements<string>[] = [];
    for (const measurements of learner.learn(batch, this.#plan(this.#step))) {
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
      losses,
      learningRate: this.#plan(this.#step - 1).learningRate,
      seconds,
      memory: { tensors: numTensors, tensorBytes: numBytes, rssBytes: rssBytes() },
    };
  }

  async *#save(learner: Learner<Batch>): AsyncGenerator<RunEvent, void> {
    const { runFolder } = this.#options;
    const begin = performance.now();
    const content = await learner.toCheckpoint();
    const broken = notFiniteArray(content.files[MODEL_FILE] as NamedArrays);
    if (broken !== null) {
      const message = `${broken} holds values that are not finite numbers, and no checkpoint is written; resume from the last one with a lower learning rate.`;
      yield await this.#alarm('loss-not-finite', message);
      throw new UserError(`Step ${this.#step} of ${runFolder}: ${message}`);
    }
    await this.#requireHeld();
    const config = this.#config as unknown as JsonObject;
    const manifest = { ...content.manifest, schedule: this.#schedule.toState(), config };
    const folder = await writeCheckpoint(runFolder, this.#step, { ...content, manifest });
    await pruneCheckpoints(runFolder, this.#config.keepCheckpoints, this.#scores.best?.step);
    this.#lastCheckpoint = { step: this.#step, path: relativePath(runFolder, folder) };
    const seconds = (performance.now() - begin) / 1000;
    yield await this.#log.append({ type: 'checkpoint', ...this.#lastCheckpoint, seconds });
  }

  async *#sample(learner: Learner<Batch>, batch: Batch): AsyncGenerator<RunEvent, void> {
    const { writePicture, runFolder } = this.#options;
    if (writePicture === undefined) return;
    const pictures = await learner.pictures(batch);
    await this.#requireHeld();
    for (const { direction, picture } of pictures) {
      const ending = direction === undefined ? '' : `-${direction}`;
      const name = `${SAMPLES_FOLDER}/step-${String(this.#step).padStart(8, '0')}${ending}.png`;
      await writePicture(path.join(runFolder, name), picture);
      const sample = { type: 'sample', step: this.#step, path: name } as const;
      yield await this.#log.append(direction === undefined ? sample : { ...sample, direction });
    }
  }

  async *#validate(learner: Learner<Batch>): AsyncGenerator<RunEvent, void> {
    const begin = performance.now();
    let validation: Validation | null | undefined;
    try {
      validation = await learner.validate?.();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      yield await this.#warn('not-scored', `Step ${this.#step} is not scored: ${error.message}`);
    }
    if (validation === undefined || validation === null) return;
    const { scores, main } = validation;
    const seconds = (performance.now() - begin) / 1000;
    yield await this.#log.append({ type: 'validation', step: this.#step, scores, seconds });
    if (!this.#healthy) return;
    const scored = { step: this.#step, score: scores[main] as number };
    const { isBest, alarm } = this.#scores.observe(scored);
    if (isBest) {
      await this.#requireHeld();
      // Before the checkpoint: a run that ends between the two scores this step again when it goes on from an earlier one.
      await writeBest(this.#options.runFolder, scored);
      if (this.#lastCheckpoint?.step !== this.#step) yield* this.#save(learner);
    }
    if (alarm !== null) yield await this.#alarm(alarm.code, alarm.message);
  }

  #alarm(code: AlarmCode, message: string, step = this.#step): Promise<RunEvent> {
    return this.#log.append({ type: 'alarm', code, message, step });
  }

  #warn(code: string, message: string): Promise<RunEvent> {
    return this.#log.append({ type: 'warning', code, message, step: this.#step });
  }
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
