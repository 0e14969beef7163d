import { BACKEND_NAMES } from '../backends/backend.ts';
import type { Checkpoint } from '../checkpoint/checkpoint-reader.ts';
import type { PairSource, TrainingPair } from '../data/pair-source.ts';
import type { EvaluationData } from '../evaluation/index.ts';
import type { RunEvent } from '../events/run-event.ts';
import { checkMemory } from '../memory/check-memory.ts';
import { deepened } from '../models/deepened.ts';
import type { MemoryForecast, TrainingBackend, TrainingTask } from '../models/learner.ts';
import { NETWORK_SETTINGS, type TrainingConfig, translationConfigs } from '../models/training-config.ts';
import { translationModel } from '../models/translation-models.ts';
import { evaluatedLearner } from './evaluated-learner.ts';
import { initialCheckpoint, initialNetworks } from './initial-networks.ts';
import type { RunOptions } from './run-options.ts';
import { trainRun } from './train-run.ts';

/** What is trained on, and what is wrong with it that training survives, one sentence each: it becomes events. */
export interface TrainingData extends PairSource {
  readonly warnings?: readonly string[];
  /** What translations are scored by, for a configuration that evaluates on the way. */
  readonly evaluation?: () => Promise<EvaluationData>;
}

export interface TrainOptions extends Omit<RunOptions<TrainingConfig, TrainingPair>, 'openData'> {
  /** Opens the training data, once the configuration is known. */
  readonly openData: (config: TrainingConfig) => Promise<TrainingData>;
}

/**
 * Trains InstaGAN or one of its baselines; see {@link trainRun}.
 *
 * @throws UserError if the run cannot start, the data fail, or a loss is not finite; the last good checkpoint stays
 */
export function train(options: TrainOptions): AsyncGenerator<RunEvent, void> {
  let evaluation: TrainingData['evaluation'];
  let initial: Checkpoint | null = null;
  return trainRun(translationTask({ evaluation: () => evaluation, initial: () => initial }), {
    ...options,
    openData: async (config) => {
      initial = await initialCheckpoint(options.runFolder, config.init, (init) =>
        initialNetworks(translationConfigs, init, config, {
          names: NETWORK_SETTINGS,
          growing: ['blocks'],
          adapt: (weights, { blocks }) => deepened(weights, { from: blocks, to: config.blocks, seed: config.seed }),
        }),
      );
      const data = await options.openData(config);
      const { stepsPerEpoch, warnings = [] } = data;
      evaluation = data.evaluation;
      return { stepsPerEpoch, warnings, batch: (step) => data.pair(step), close: () => data.close() };
    },
  });
}

/** What a task is told once the data are open. */
interface Surroundings {
  /** What translations are scored by. */
  evaluation(): TrainingData['evaluation'];
  /** The weights that a new run begins with; null for random ones. */
  initial(): Checkpoint | null;
}

/** Any model that translates, for the run engine. */
function translationTask({ evaluation, initial }: Surroundings): TrainingTask<TrainingConfig, TrainingPair> {
  return {
    configs: translationConfigs,
    checkMemory: forecast,
    begin(config, checkpoint, backend) {
      const learner = translationModel(config).begin(config, checkpoint ?? initial(), backend);
      const open = evaluation();
      return open === undefined ? learner : evaluatedLearner(learner, config.evaluateEvery, open);
    },
  };
}

async function forecast(config: TrainingConfig, backend: TrainingBackend): Promise<MemoryForecast | undefined> {
  const name = BACKEND_NAMES.find((each) => each === backend.name);
  if (name === undefined) return undefined;
  const { gpu, software = false } = backend;
  const { needed, summary, warning } = await checkMemory(config, { name, gpu, software });
  return { needed, summary, ...(warning === undefined ? {} : { warning }) };
}
