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
import type { TrainedParameters } from '../../optimizer/trained-parameters.ts';
import type { TranslationModel } from '../translation-model.ts';
import { ImagePool } from './image-pool.ts';
import {
  type DiscriminatorName,
  type DiscriminatorState,
  discriminatorSpecs,
  discriminatorsOf,
  initialTrainingState,
  type StateParts,
  type TrainingState,
} from './training-state.ts';

const GENERATORS = ['generatorAToB', 'generatorBToA'] as const;
const POOLS = ['poolA', 'poolB'] as const;

type NetworkName = (typeof GENERATORS)[number] | DiscriminatorName;

/** All networks that there are. */
function networksOf(state: TrainingState): Map<NetworkName, TrainedParameters> {
  const discriminators = [...discriminatorsOf(state)].map(([name, { trained }]) => [name, trained] as const);
  return new Map([...GENERATORS.map((name) => [name, state[name]] as const), ...discriminators]);
}

/** Reads the whole state off the device, as the files of a checkpoint. */
export async function stateToCheckpoint(state: TrainingState, manifest: JsonObject): Promise<CheckpointContent> {
  const model = new Map<string, tf.Tensor>();
  const optimizer = new Map<string, tf.Tensor>();
  const averages = new Map<string, tf.Tensor>();
  const pools = new Map<string, tf.Tensor>();
  const updates: Record<string, number> = {};
  for (const [network, trained] of networksOf(state)) {
    updates[network] = trained.step;
    const own = trainedTensors(network, trained);
    for (const [name, tensor] of own.model) model.set(name, tensor);
    for (const [name, tensor] of own.optimizer) optimizer.set(name, tensor);
  }
  for (const [network, { spectral }] of discriminatorsOf(state)) {
    for (const [layer, { u, v }] of spectral) {
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
 * @param parts what it is to have; averages begin as above, and discriminators of objects with those of the checkpoint, if there are any
 * @throws UserError if the arrays do not fit the model
 */
export function stateFromCheckpoint(
  checkpoint: Checkpoint,
  model: TranslationModel,
  seed: number,
  poolSize: number,
  parts: StateParts = {},
): TrainingState {
  const arrays = checkpoint.files[MODEL_FILE];
  if (arrays === undefined) throw new UserError(`${checkpoint.folder} lacks ${MODEL_FILE}: restore it from a copy.`);
  const fresh = initialTrainingState(model, seed, poolSize, { ...parts, hasAverages: false });
  const restore = (network: NetworkName, begun: TrainedParameters, specs: readonly ParameterSpec[]) => {
    const restored = trainedFromCheckpoint(checkpoint, network, specs);
    if (restored !== null) begun.dispose();
    return restored ?? begun;
  };
  const generator = (network: (typeof GENERATORS)[number]) => restore(network, fresh[network], model.generatorSpecs);
  const discriminator = (
    network: DiscriminatorName,
    { trained, spectral }: DiscriminatorState,
  ): DiscriminatorState => ({
    trained: restore(network, trained, discriminatorSpecs(model, network)),
    spectral: restoreSpectral(spectral, arrays, `${network}.`, checkpoint.folder),
  });
  const discriminators = [...discriminatorsOf(fresh)].map(
    ([name, begun]) => [name, discriminator(name, begun)] as const,
  );
  const average = (network: (typeof GENERATORS)[number]) => {
    const stored = checkpoint.files[AVERAGES_FILE] ?? arrays;
    return new AveragedParameters(tensorsFromArrays(model.generatorSpecs, stored, `${network}.`, checkpoint.folder));
  };
  return {
    ...fresh,
    averages: parts.hasAverages
      ? { generatorAToB: average('generatorAToB'), generatorBToA: average('generatorBToA') }
      : undefined,
    generatorAToB: generator('generatorAToB'),
    generatorBToA: generator('generatorBToA'),
    ...Object.fromEntries(discriminators),
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
