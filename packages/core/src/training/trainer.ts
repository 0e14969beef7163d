import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { readNewestCheckpoint } from '../checkpoint/checkpoint-reader.ts';
import { cleanCheckpoints, pruneCheckpoints, writeCheckpoint } from '../checkpoint/checkpoint-store.ts';
import { MODEL_FILE } from '../checkpoint/model-files.ts';
import type { NamedArrays } from '../checkpoint/named-arrays.ts';
import { createRun, readRunConfig, resumedConfig, writeRunConfig } from '../config/run-config.ts';
import type { TrainingConfig } from '../config/training-config.ts';
import type { PairSource, TrainingPair } from '../data/pair-source.ts';
import { UserError } from '../errors.ts';
import { type EventLog, openEventLog } from '../events/event-log.ts';
import type { AlarmCode, FinishReason, RunEvent, RunEventBody } from '../events/run-event.ts';
import type { Picture } from '../inference/contact-sheet.ts';
import { type TranslationNetworks, translationNetworks } from '../networks/translation-networks.ts';
import { createRng } from '../random/rng.ts';
import { garbageLimit } from '../runtime/garbage.ts';
import { rssBytes } from '../runtime/runtime-info.ts';
import { AlarmMonitor } from './alarms.ts';
import { disposeSamples, uploadSamples } from './device-samples.ts';
import { learningRateFactor } from './learning-rate.ts';
import { type Measurements, readMeasurements } from './measurements.ts';
import { notFiniteArray } from './not-finite.ts';
import { lockRun } from './run-lock.ts';
import { samplePictures } from './sample-pictures.ts';
import { stateFromCheckpoint, stateToCheckpoint } from './state-arrays.ts';
import { trainStep } from './train-step.ts';
import { disposeTrainingState, initialTrainingState, type TrainingState } from './training-state.ts';
import { missingInstances, withInstances } from './with-instances.ts';

/** What is trained on, and what is wrong with it that training survives, one sentence each: it becomes events. */
export interface TrainingData extends PairSource {
  readonly warnings?: readonly string[];
}

export interface TrainOptions {
  readonly runFolder: string;
  /** A new run's configuration; for a resumed one, the fields that are to change. */
  readonly config: TrainingConfig | Partial<TrainingConfig>;
  /** Go on with the run in `runFolder`. */
  readonly resume: boolean;
  /** Opens the training data, once the configuration is known. */
  readonly openData: (config: TrainingConfig) => Promise<TrainingData>;
  /** What computes, for the log; it is open. */
  readonly backend: { readonly name: string; readonly device: string };
  /** Steps in the whole run after which to stop. @default the end of the schedule */
  readonly steps?: number;
  /** Epochs in the whole run after which to stop; only without `steps`. */
  readonly epochs?: number;
  /** Stops between two steps, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Writes a picture to a file under the run folder. Without it no samples are made. */
  readonly writePicture?: (file: string, picture: Picture) => Promise<void>;
}

/**
 * Trains a run and reports what happens. Every event is in `events.jsonl` before it is yielded, so whoever watches may
 * come and go. With equal configuration, data and a deterministic backend, a run that was killed and resumed writes the
 * same checkpoints as one that was not.
 *
 * @throws UserError if the run cannot start, the data fail, or a loss is not finite; the last good checkpoint stays
 */
export async function* train(options: TrainOptions): AsyncGenerator<RunEvent, void> {
  const { runFolder, resume } = options;
  const config = resume
    ? resumedConfig(await readRunConfig(runFolder), options.config)
    : (options.config as TrainingConfig);
  const data = await options.openData(config);
  let unlock: (() => Promise<void>) | undefined;
  let log: EventLog | undefined;
  try {
    if (resume) {
      unlock = await lockRun(runFolder);
      await writeRunConfig(runFolder, config);
    } else {
      await createRun(runFolder, config);
      unlock = await lockRun(runFolder);
    }
    log = await openEventLog(runFolder);
    yield* new Training(options, config, data, log).run();
  } finally {
    await log?.close();
    await unlock?.();
    await data.close();
  }
}

class Training {
  readonly #options: TrainOptions;
  readonly #config: TrainingConfig;
  readonly #data: TrainingData;
  readonly #log: EventLog;
  readonly #networks: TranslationNetworks;
  readonly #alarms = new AlarmMonitor();
  /** Peak memory must not depend on the number of chunks in a step. */
  readonly #limitGarbage = garbageLimit(16 * 2 ** 20);
  readonly #totalSteps: number;
  /** From here on the learning rate is 0. */
  readonly #scheduledSteps: number;
  #step = 0;
  /** False while a loss explodes: such weights are not worth keeping. */
  #healthy = true;
  #lastCheckpoint: { readonly step: number; readonly path: string } | null = null;

  constructor(options: TrainOptions, config: TrainingConfig, data: TrainingData, log: EventLog) {
    this.#options = options;
    this.#config = config;
    this.#data = data;
    this.#log = log;
    this.#networks = translationNetworks(config.model, config);
    const scheduledEpochs = config.epochs.constant + config.epochs.decay;
    this.#totalSteps = options.steps ?? Math.ceil((options.epochs ?? scheduledEpochs) * data.stepsPerEpoch);
    this.#scheduledSteps = Math.ceil(scheduledEpochs * data.stepsPerEpoch);
  }

  async *run(): AsyncGenerator<RunEvent, void> {
    const { state, warnings } = await this.#start();
    try {
      yield await this.#log.append({
        type: 'run-started',
        step: this.#step,
        totalSteps: this.#totalSteps,
        stepsPerEpoch: this.#data.stepsPerEpoch,
        resumed: this.#options.resume,
        backend: this.#options.backend,
        config: this.#config,
      });
      for (const message of this.#data.warnings ?? []) yield await this.#warn('data', message);
      for (const message of warnings) yield await this.#warn('checkpoint-damaged', message);
      if (this.#totalSteps > this.#scheduledSteps) {
        const message = `The learning rate is 0 from step ${this.#scheduledSteps} on, where the schedule ends, and nothing is learned up to step ${this.#totalSteps}: set more epochs in the schedule.`;
        yield await this.#warn('schedule-exceeded', message);
      }
      yield* this.#steps(state);
      if (this.#healthy && this.#lastCheckpoint?.step !== this.#step) yield* this.#save(state);
      const reason: FinishReason = this.#step < this.#totalSteps ? 'interrupted' : 'completed';
      const checkpoint = this.#lastCheckpoint?.path ?? null;
      yield await this.#log.append({ type: 'run-finished', step: this.#step, reason, checkpoint });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      yield await this.#log.append({ type: 'run-failed', step: this.#step, message });
      throw error;
    } finally {
      disposeTrainingState(state);
    }
  }

  async #start(): Promise<{ state: TrainingState; warnings: readonly string[] }> {
    const { seed, poolSize } = this.#config;
    const { runFolder, resume } = this.#options;
    if (resume) {
      await cleanCheckpoints(runFolder);
      const { checkpoint, warnings } = await readNewestCheckpoint(runFolder);
      if (checkpoint !== null) {
        this.#step = checkpoint.step;
        this.#lastCheckpoint = { step: checkpoint.step, path: relativePath(runFolder, checkpoint.folder) };
        return { state: stateFromCheckpoint(checkpoint, this.#networks, seed, poolSize), warnings };
      }
    }
    return { state: initialTrainingState(this.#networks, seed, poolSize), warnings: [] };
  }

  async *#steps(state: TrainingState): AsyncGenerator<RunEvent, void> {
    const { logEvery, checkpointEvery, sampleEvery } = this.#config;
    while (this.#step < this.#totalSteps && !this.#options.signal?.aborted) {
      const begin = performance.now();
      const pair = yield* this.#nextPair(state);
      const missing = this.#config.model === 'instagan' ? missingInstances(pair) : null;
      const chunks = missing === null ? this.#trainOneStep(state, pair) : [];
      this.#step++;
      if (missing !== null) {
        yield await this.#warn('no-instances', `Step ${this.#step} is skipped: ${missing}.`);
      } else if (this.#step % logEvery === 0 || this.#step === this.#totalSteps) {
        yield* this.#report(chunks, begin);
      } else {
        for (const measurements of chunks) tf.dispose([...measurements.values()]);
      }
      if (this.#healthy && this.#step % checkpointEvery === 0) yield* this.#save(state);
      if (sampleEvery > 0 && this.#step % sampleEvery === 0) yield* this.#sample(state, pair);
      // Computation is synchronous on some backends: let signals and workers be heard between two steps.
      await new Promise((resume) => setImmediate(resume));
    }
  }

  /** Logs a step with its losses, and what is alarming about them. */
  async *#report(chunks: readonly Measurements[], begin: number): AsyncGenerator<RunEvent, void> {
    const { fakeMasksA, fakeMasksB, ...losses } = await readMeasurements(chunks);
    const seconds = (performance.now() - begin) / 1000;
    yield await this.#log.append(this.#stepEvent(losses, seconds));
    const alarms = this.#alarms.observe({ ...losses, fakeMasksA, fakeMasksB });
    this.#healthy = !alarms.some(({ code }) => code === 'loss-exploding');
    for (const { code, message } of alarms) yield await this.#alarm(code, message);
    const fatal = alarms.find((alarm) => alarm.fatal);
    if (fatal !== undefined) throw new UserError(`Step ${this.#step} of ${this.#options.runFolder}: ${fatal.message}`);
  }

  /** The data of the next step; if they fail, what was learned so far is saved first. */
  async *#nextPair(state: TrainingState): AsyncGenerator<RunEvent, TrainingPair> {
    try {
      return await this.#data.pair(this.#step);
    } catch (error) {
      if (this.#healthy && this.#lastCheckpoint?.step !== this.#step) yield* this.#save(state);
      throw error;
    }
  }

  #trainOneStep(state: TrainingState, pair: TrainingPair): Measurements[] {
    const { seed, learningRate } = this.#config;
    const factor = learningRateFactor(this.#step / this.#data.stepsPerEpoch, this.#config.epochs);
    const usable = this.#config.model === 'instagan' ? withInstances(pair) : pair;
    const a = uploadSamples(usable.a, this.#config.model);
    const b = uploadSamples(usable.b, this.#config.model);
    try {
      const results = trainStep(state, this.#networks, a, b, {
        config: this.#config,
        learningRate: {
          generator: factor * learningRate.generator,
          discriminator: factor * learningRate.discriminator,
        },
        poolRng: createRng(seed, 'pool', this.#step),
      });
      const chunks: Measurements[] = [];
      for (const { measurements } of results) {
        chunks.push(measurements);
        this.#limitGarbage();
      }
      return chunks;
    } finally {
      disposeSamples([...a, ...b]);
    }
  }

  #stepEvent(losses: Extract<RunEventBody, { type: 'step' }>['losses'], seconds: number): RunEventBody {
    const { generator, discriminator } = this.#config.learningRate;
    const factor = learningRateFactor((this.#step - 1) / this.#data.stepsPerEpoch, this.#config.epochs);
    const { numTensors, numBytes } = tf.memory();
    return {
      type: 'step',
      step: this.#step,
      epoch: Math.floor((this.#step - 1) / this.#data.stepsPerEpoch),
      losses,
      learningRate: { generator: factor * generator, discriminator: factor * discriminator },
      seconds,
      memory: { tensors: numTensors, tensorBytes: numBytes, rssBytes: rssBytes() },
    };
  }

  async *#save(state: TrainingState): AsyncGenerator<RunEvent, void> {
    const { runFolder } = this.#options;
    const begin = performance.now();
    const content = await stateToCheckpoint(state, { model: this.#config.model, seed: this.#config.seed });
    const broken = notFiniteArray(content.files[MODEL_FILE] as NamedArrays);
    if (broken !== null) {
      const message = `${broken} holds values that are not finite numbers, and no checkpoint is written; resume from the last one with a lower learning rate.`;
      yield await this.#alarm('loss-not-finite', message);
      throw new UserError(`Step ${this.#step} of ${runFolder}: ${message}`);
    }
    const folder = await writeCheckpoint(runFolder, this.#step, content);
    await pruneCheckpoints(runFolder, this.#config.keepCheckpoints);
    this.#lastCheckpoint = { step: this.#step, path: relativePath(runFolder, folder) };
    const seconds = (performance.now() - begin) / 1000;
    yield await this.#log.append({ type: 'checkpoint', ...this.#lastCheckpoint, seconds });
  }

  async *#sample(state: TrainingState, pair: TrainingPair): AsyncGenerator<RunEvent, void> {
    const { writePicture, runFolder } = this.#options;
    if (writePicture === undefined) return;
    for (const { direction, picture } of await samplePictures(state, this.#networks, pair, this.#config)) {
      const name = `samples/step-${String(this.#step).padStart(8, '0')}-${direction}.png`;
      await writePicture(path.join(runFolder, name), picture);
      yield await this.#log.append({ type: 'sample', step: this.#step, path: name, direction });
    }
  }

  #alarm(code: AlarmCode, message: string): Promise<RunEvent> {
    return this.#log.append({ type: 'alarm', code, message, step: this.#step });
  }

  #warn(code: string, message: string): Promise<RunEvent> {
    return this.#log.append({ type: 'warning', code, message, step: this.#step });
  }
}

function relativePath(runFolder: string, folder: string): string {
  return path.relative(runFolder, folder).split(path.sep).join('/');
}
