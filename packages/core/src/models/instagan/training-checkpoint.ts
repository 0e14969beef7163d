import * as tf from '@tensorflow/tfjs';
import type { Checkpoint } from '../../checkpoint/checkpoint-reader.ts';
import type { CheckpointContent } from '../../checkpoint/checkpoint-store.ts';
import { AVERAGES_FILE, MODEL_FILE, OPTIMIZER_FILE, POOLS_FILE } from '../../checkpoint/model-files.ts';
import type { NamedArray, NamedArrays } from '../../checkpoint/named-arrays.ts';
import { tensorFromArray, tensorsFromArrays } from '../../checkpoint/tensors-from-arrays.ts';
import type { JsonObject } from '../../data/json-value.ts';
import { UserError } from '../../errors.ts';
import type { DeviceSample } from '../../networks/instance-set.ts';
import type { ParameterSpec } from '../../networks/parameters.ts';
import type { SpectralState } from '../../networks/spectral-state.ts';
import { AveragedParameters } from '../../optimizer/averaged-parameters.ts';
import { readTensors, trainedFromCheckpoint, trainedTensors } from '../../optimizer/trained-arrays.ts';
import { TrainedParameters } from '../../optimizer/trained-parameters.ts';
import type { TranslationModel } from '../translation-model.ts';
import { ImagePool } from './image-pool.ts';
import { initialTrainingState, type TrainingState } from './training-state.ts';

const NETWORKS = ['generatorAToB', 'generatorBToA', 'discriminatorA', 'discriminatorB'] as const;
const GENERATORS = ['generatorAToB', 'generatorBToA'] as const;
const POOLS = ['poolA', 'poolB'] as const;

function trainedOf(state: TrainingState, network: (typeof NETWORKS)[number]): TrainedParameters {
  const part = state[network];
  return part instanceof TrainedParameters ? part : part.trained;
}

/** Reads the whole state off the device, as the files of a checkpoint. */
export async function stateToCheckpoint(state: TrainingState, manifest: JsonObject): Promise<CheckpointContent> {
  const model = new Map<string, tf.Tensor>();
  const optimizer = new Map<string, tf.Tensor>();
  const averages = new Map<string, tf.Tensor>();
  const pools = new Map<string, tf.Tensor>();
  const updates: Record<string, number> = {};
  for (const network of NETWORKS) {
    const trained = trainedOf(state, network);
    updates[network] = trained.step;
    const own = trainedTensors(network, trained);
    for (const [name, tensor] of own.model) model.set(name, tensor);
    for (const [name, tensor] of own.optimizer) optimizer.set(name, tensor);
  }
  for (const network of ['discriminatorA', 'discriminatorB'] as const) {
    for (const [layer, { u, v }] of state[network].spectral) {
      model.set(`${network}.${layer}.u`, u);
      model.set(`${network}.${layer}.v`, v);
    }
  }
  for (const generator of GENERATORS) {
    for (const [name, tensor] of state.averages?.[generator].parameters ?? []) {
      averages.set(`${generator}.${name}`, tensor);
    }
  }
  for (const pool of POOLS) {
    for (const [index, { image, masks }] of state[pool].samples.entries()) {
      pools.set(`${pool}.${index}.image`, image);
      pools.set(`${pool}.${index}.masks`, masks);
    }
  }
  return {
    files: {
      [MODEL_FILE]: await readTensors(model),
      ...(state.averages && { [AVERAGES_FILE]: await readTensors(averages) }),
      [OPTIMIZER_FILE]: await readTensors(optimizer),
      [POOLS_FILE]: await readTensors(pools),
    },
    manifest: { ...manifest, updates },
  };
}

/**
 * The state that a checkpoint holds. One with weights only (an imported model) starts with fresh moments and pools, and
 * with a fresh discriminator where it has none. One without averages begins them with its weights.
 *
 * @param seed for what the checkpoint does not hold
 * @param hasAverages whether averages of the generators are kept
 * @throws UserError if the arrays do not fit the model
 */
export function stateFromCheckpoint(
  checkpoint: Checkpoint,
  model: TranslationModel,
  seed: number,
  poolSize: number,
  hasAverages = false,
): TrainingState {
  const arrays = checkpoint.files[MODEL_FILE];
  if (arrays === undefined) throw new UserError(`${checkpoint.folder} lacks ${MODEL_FILE}: restore it from a copy.`);
  const fresh = initialTrainingState(model, seed, poolSize);
  const restore = (network: (typeof NETWORKS)[number], specs: readonly ParameterSpec[]): TrainedParameters => {
    const restored = trainedFromCheckpoint(checkpoint, network, specs);
    if (restored === null) return trainedOf(fresh, network);
    trainedOf(fresh, network).dispose();
    return restored;
  };
  const discriminator = (network: 'discriminatorA' | 'discriminatorB') => ({
    trained: restore(network, model.discriminatorSpecs),
    spectral: restoreSpectral(fresh[network].spectral, arrays, `${network}.`, checkpoint.folder),
  });
  const average = (network: (typeof GENERATORS)[number]) => {
    const stored = checkpoint.files[AVERAGES_FILE] ?? arrays;
    return new AveragedParameters(tensorsFromArrays(model.generatorSpecs, stored, `${network}.`, checkpoint.folder));
  };
  return {
    averages: hasAverages
      ? { generatorAToB: average('generatorAToB'), generatorBToA: average('generatorBToA') }
      : undefined,
    generatorAToB: restore('generatorAToB', model.generatorSpecs),
    generatorBToA: restore('generatorBToA', model.generatorSpecs),
    discriminatorA: discriminator('discriminatorA'),
    discriminatorB: discriminator('discriminatorB'),
    poolA: restorePool('poolA', checkpoint.files[POOLS_FILE], poolSize),
    poolB: restorePool('poolB', checkpoint.files[POOLS_FILE], poolSize),
  };
}

function restoreSpectral(fresh: SpectralState, arrays: NamedArrays, prefix: string, source: string): SpectralState {
  for (const [layer, { u, v }] of fresh) {
    const stored = (vector: 'u' | 'v') => arrays.get(`${prefix}${layer}.${vector}`);
    if (stored('u') === undefined) continue;
    fresh.set(layer, {
      u: tf.keep(tensorFromArray(stored('u'), u.shape, `${source}: ${prefix}${layer}.u`) as tf.Tensor1D),
      v: tf.keep(tensorFromArray(stored('v'), v.shape, `${source}: ${prefix}${layer}.v`) as tf.Tensor1D),
    });
    tf.dispose([u, v]);
  }
  return fresh;
}

function restorePool(pool: (typeof POOLS)[number], arrays: NamedArrays | undefined, capacity: number): ImagePool {
  const samples: DeviceSample[] = [];
  const tensor = (array: NamedArray) => tensorFromArray(array, array.shape, pool) as tf.Tensor4D;
  for (let index = 0; index < capacity; index++) {
    const image = arrays?.get(`${pool}.${index}.image`);
    const masks = arrays?.get(`${pool}.${index}.masks`);
    if (image === undefined || masks === undefined) break;
    samples.push({ image: tensor(image), masks: tensor(masks) });
  }
  return new ImagePool(capacity, samples);
}
