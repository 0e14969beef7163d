import type { ActivationAttributes } from '../../../../ops/activation.ts';
import type { Handle } from '../../../../tfjs/tensorflow-binding.ts';
import type { TensorflowCall } from '../tensorflow/tensorflow-call.ts';
import { activate, activationGradient } from './activation-kernels.ts';

type Shape4D = readonly [batch: number, height: number, width: number, channels: number];

/** From this many values of a sample on, one batch norm's gradient a sample is faster than its parts on the batch. */
const FUSED_FROM = 65536;

/** Pixels that are added up at once. */
const MAX_SUM_LENGTH = 256;

/** Not one batch norm a sample, since TensorFlow's adds up in float32 one by one: 5 times the error of these sums. */
export function instanceNorm(
  call: TensorflowCall,
  { x, residual }: { x: Handle; residual?: Handle },
  { epsilon, ...activation }: ActivationAttributes & { readonly epsilon: number },
): Handle[] {
  const [batch, , , channels] = x.shape as Shape4D;
  const mean = spatialMean(call, x);
  const centred = call.run('Sub', [x, mean]);
  const variance = spatialMeanSquare(call, centred);
  const inverseDeviation = call.run('Rsqrt', [call.run('AddV2', [variance, call.constants.scalar(epsilon)])]);
  const normal = call.run('Mul', [centred, inverseDeviation]);
  call.release(centred);
  const y = activate(call, normal, activation);
  return [
    residual === undefined ? y : call.run('AddV2', [y, residual]),
    call.reshape(mean, [batch, channels]),
    call.reshape(inverseDeviation, [batch, channels]),
  ];
}

/** dx = s (g - mean(g) - n mean(g n)) with s = 1 / deviation, n = (x - mean(x)) s, and g the gradient of n. */
export function instanceNormGradient(
  call: TensorflowCall,
  { dy, x, mean, inverseDeviation }: Record<'dy' | 'x' | 'mean' | 'inverseDeviation', Handle>,
  activation: ActivationAttributes,
): Handle {
  const [batch, height, width, channels] = x.shape as Shape4D;
  const spatial = [batch, 1, 1, channels];
  const isFused = !call.onGpu && height * width * channels >= FUSED_FROM;
  if (isFused && activation.activation === 'none') return batchNormGradients(call, dy, x, mean, inverseDeviation);
  const centred = call.run('Sub', [x, call.reshape(mean, spatial)]);
  const gradient = activationGradient(call, dy, centred, activation);
  if (isFused) {
    call.release(centred);
    return batchNormGradients(call, gradient, x, mean, inverseDeviation);
  }
  const scale = call.reshape(inverseDeviation, spatial);
  const product = call.run('Mul', [gradient, centred]);
  const along = call.run('Mul', [spatialMean(call, product), call.run('Square', [scale])]);
  call.release(product);
  const level = call.run('Sub', [gradient, spatialMean(call, gradient)]);
  call.release(gradient);
  const part = call.run('Mul', [centred, along]);
  call.release(centred);
  const difference = call.run('Sub', [level, part]);
  call.release(level, part);
  return call.run('Mul', [difference, scale]);
}

/** That of a batch norm for each sample; not on a GPU, where it takes the inverse deviation in place of the variance. */
function batchNormGradients(
  call: TensorflowCall,
  dy: Handle,
  x: Handle,
  mean: Handle,
  inverseDeviation: Handle,
): Handle {
  const { constants } = call;
  const channels = x.shape[3] as number;
  const attributes = [
    constants.real('epsilon', 0),
    constants.text('data_format', 'NHWC'),
    constants.flag('is_training', true),
  ];
  const ones = constants.floats('ones', [channels], () => new Float32Array(channels).fill(1));
  const none = constants.floats('none', [0], () => new Float32Array(0));
  const variances = call.unstack(call.run('Reciprocal', [call.run('Square', [inverseDeviation])]));
  const means = call.unstack(mean);
  const gradients = call.rows(dy);
  const parts = call.rows(x).map((sample, i) => {
    const inputs = [gradients[i] as Handle, sample, ones, means[i] as Handle, variances[i] as Handle, none];
    return call.runAll('FusedBatchNormGradV3', inputs, attributes, 5)[0] as Handle;
  });
  call.release(dy, ...gradients);
  return call.joinRows(parts);
}

/** Mean over height and width, kept as axes of 1. */
function spatialMean(call: TensorflowCall, x: Handle): Handle {
  if (isLong(x)) return call.reduce('Mean', call.reduce('Mean', x, [1], true), [2], true);
  return call.reduce('Mean', x, [1, 2], true);
}

/** Mean of the squares over height and width, kept as axes of 1. */
function spatialMeanSquare(call: TensorflowCall, x: Handle): Handle {
  if (!isLong(x)) return call.reduce('Mean', call.run('Square', [x]), [1, 2], true);
  const [, height, width] = x.shape as Shape4D;
  const norm = call.reduce('EuclideanNorm', call.reduce('EuclideanNorm', x, [1], true), [2], true);
  return call.run('Mul', [call.run('Square', [norm]), call.constants.scalar(1 / (height * width))]);
}

/** Whether float32 loses digits over the sum of a channel, so that one axis is added up after the other. */
function isLong({ shape }: Handle): boolean {
  const [, height, width] = shape as Shape4D;
  return height * width > MAX_SUM_LENGTH;
}
