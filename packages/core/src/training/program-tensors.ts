import type * as tf from '@tensorflow/tfjs';
import type { NamedTensors } from '../backends/program.ts';
import type { DeviceSample } from '../networks/instance-set.ts';

/** Samples as tensors of a program: `prefix.0.image`, `prefix.0.masks`, `prefix.1.image`, … */
export function nameSamples(prefix: string, samples: readonly DeviceSample[]): NamedTensors {
  return Object.fromEntries(
    samples.flatMap(({ image, masks }, i) => [
      [`${prefix}.${i}.image`, image],
      [`${prefix}.${i}.masks`, masks],
    ]),
  );
}

/** The samples that {@link nameSamples} named. */
export function samplesNamed(prefix: string, tensors: NamedTensors): DeviceSample[] {
  const samples: DeviceSample[] = [];
  for (let i = 0; ; i++) {
    const image = tensors[`${prefix}.${i}.image`] as tf.Tensor4D | undefined;
    if (image === undefined) return samples;
    samples.push({ image, masks: tensors[`${prefix}.${i}.masks`] as tf.Tensor4D });
  }
}

/** A list as tensors of a program: `prefix.0`, `prefix.1`, … */
export function nameList(prefix: string, tensors: readonly tf.Tensor[]): NamedTensors {
  return Object.fromEntries(tensors.map((tensor, i) => [`${prefix}.${i}`, tensor]));
}

/** The list that {@link nameList} named. */
export function listNamed(prefix: string, tensors: NamedTensors): tf.Tensor4D[] {
  return [...tensorsNamed<string, tf.Tensor4D>(prefix, tensors).values()];
}

/** Tensors as those of a program, `prefix.name`. */
export function nameTensors(prefix: string, tensors: ReadonlyMap<string, tf.Tensor>): NamedTensors {
  return Object.fromEntries([...tensors].map(([name, tensor]) => [`${prefix}.${name}`, tensor]));
}

/** The tensors that {@link nameTensors} named. */
export function tensorsNamed<Name extends string, T extends tf.Tensor>(
  prefix: string,
  tensors: NamedTensors,
): Map<Name, T> {
  const start = `${prefix}.`;
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(start));
  return new Map(own.map(([name, tensor]) => [name.slice(start.length) as Name, tensor as T]));
}
