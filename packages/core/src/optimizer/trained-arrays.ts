import type * as tf from '@tensorflow/tfjs';
import type { Checkpoint } from '../checkpoint/checkpoint-reader.ts';
import { MODEL_FILE, OPTIMIZER_FILE } from '../checkpoint/model-files.ts';
import type { NamedArray, NamedArrays } from '../checkpoint/named-arrays.ts';
import { tensorFromArray, tensorsFromArrays } from '../checkpoint/tensors-from-arrays.ts';
import { UserError } from '../errors.ts';
import type { ParameterSpec } from '../networks/parameters.ts';
import { TrainedParameters } from './trained-parameters.ts';

/** The parameters and moments of a network, under the names that a checkpoint gives them. */
export function trainedTensors(
  network: string,
  { parameters, moments }: TrainedParameters,
): { model: Map<string, tf.Tensor>; optimizer: Map<string, tf.Tensor> } {
  const model = new Map([...parameters].map(([name, tensor]) => [`${network}.${name}`, tensor]));
  const optimizer = new Map<string, tf.Tensor>();
  for (const [name, { m, v }] of moments) {
    optimizer.set(`${network}.${name}.m`, m);
    optimizer.set(`${network}.${name}.v`, v);
  }
  return { model, optimizer };
}

/**
 * A network as a checkpoint holds it. One with weights only (an imported model) starts with fresh moments.
 *
 * @returns null if the checkpoint does not hold the network
 * @throws UserError, Error if the arrays do not fit `specs`
 */
export function trainedFromCheckpoint(
  checkpoint: Checkpoint,
  network: string,
  specs: readonly ParameterSpec[],
): TrainedParameters | null {
  const { folder, files, state } = checkpoint;
  const model = files[MODEL_FILE];
  if (model === undefined) throw new UserError(`${folder} lacks ${MODEL_FILE}: restore it from a copy.`);
  const prefix = `${network}.`;
  if (![...model.keys()].some((name) => name.startsWith(prefix))) return null;
  const parameters = tensorsFromArrays(specs, model, prefix, folder);
  const optimizer = files[OPTIMIZER_FILE];
  if (optimizer === undefined) return new TrainedParameters(parameters);
  const moment = ({ name, shape }: ParameterSpec, which: 'm' | 'v') => {
    const stored = `${prefix}${name}.${which}`;
    return tensorFromArray(optimizer.get(stored), shape, `${folder}: ${stored}`);
  };
  const moments = new Map(specs.map((spec) => [spec.name, { m: moment(spec, 'm'), v: moment(spec, 'v') }]));
  const updates = (state.updates ?? {}) as Record<string, number>;
  return new TrainedParameters(parameters, moments, updates[network] ?? 0);
}

/** Reads tensors off the device. */
export async function readTensors(tensors: ReadonlyMap<string, tf.Tensor>): Promise<NamedArrays> {
  const arrays = new Map<string, NamedArray>();
  for (const [name, tensor] of tensors) {
    arrays.set(name, { shape: tensor.shape, data: (await tensor.data()) as Float32Array });
  }
  return arrays;
}
