import * as tf from '@tensorflow/tfjs';

type Conv2DInfo = ReturnType<typeof tf.backend_util.computeConv2DInfo>;
type Padding = Parameters<typeof tf.backend_util.computeConv2DInfo>[4];

interface Attributes {
  readonly strides: number | [number, number];
  readonly pad: Padding;
  readonly dataFormat: 'NHWC' | 'NCHW';
  /** The gradients have none: TensorFlow.js differentiates no dilated convolution. */
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** The inside of tfjs-node's backend that runs one operation of TensorFlow. */
interface TensorflowBackend {
  readonly binding: Readonly<Record<'TF_ATTR_INT' | 'TF_ATTR_STRING' | 'TF_ATTR_TYPE' | 'TF_FLOAT', number>>;
  executeSingleOutput(
    operation: string,
    attributes: { name: string; type: number; value: unknown }[],
    inputs: tf.TensorInfo[],
  ): tf.TensorInfo;
}

/**
 * Replaces tfjs-node's kernels of the convolution and its two gradients, which refuse some or all padding given in
 * pixels, by ones that hand it to TensorFlow (whose own kernels take it). With them `tf.conv2d`, its gradients and
 * `tf.conv2dTranspose` work for `'valid'`, `'same'`, a number and `[[0, 0], [top, bottom], [left, right], [0, 0]]`.
 */
export function registerConvolutions(backendName: string): void {
  replaceKernel(tf.Conv2D, backendName, ({ inputs, attrs, backend }) => {
    const { x, filter } = inputs as { x: tf.TensorInfo; filter: tf.TensorInfo };
    const attributes = attrs as unknown as Attributes;
    const info = convInfo(x.shape as Shape4D, filter.shape as Shape4D, attributes);
    return run(backend, tf.Conv2D, info, attributes, () => [x, filter]);
  });
  replaceKernel(tf.Conv2DBackpropInput, backendName, ({ inputs, attrs, backend }) => {
    const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
    const { inputShape, ...attributes } = attrs as unknown as Attributes & { inputShape: Shape4D };
    const info = convInfo(inputShape, filter.shape as Shape4D, attributes);
    return run(backend, tf.Conv2DBackpropInput, info, attributes, (sizes) => [sizes(info.inShape), filter, dy]);
  });
  replaceKernel(tf.Conv2DBackpropFilter, backendName, ({ inputs, attrs, backend }) => {
    const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
    const { filterShape, ...attributes } = attrs as unknown as Attributes & { filterShape: Shape4D };
    const info = convInfo(x.shape as Shape4D, filterShape, attributes);
    return run(backend, tf.Conv2DBackpropFilter, info, attributes, (sizes) => [x, sizes(info.filterShape), dy]);
  });
}

type Shape4D = [number, number, number, number];

function replaceKernel(kernelName: string, backendName: string, kernelFunc: tf.KernelFunc): void {
  if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ kernelName, backendName, kernelFunc });
}

function convInfo(inShape: Shape4D, filterShape: Shape4D, attributes: Attributes): Conv2DInfo {
  const { strides, pad, dataFormat, dilations = 1, dimRoundingMode } = attributes;
  const format = tf.backend_util.convertConv2DDataFormat(dataFormat);
  return tf.backend_util.computeConv2DInfo(
    inShape,
    filterShape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    false,
    format,
  );
}

function run(
  backend: unknown,
  operation: string,
  info: Conv2DInfo,
  { dataFormat }: Attributes,
  inputs: (sizes: (shape: readonly number[]) => tf.TensorInfo) => tf.TensorInfo[],
): tf.TensorInfo {
  const { binding, executeSingleOutput } = backend as TensorflowBackend;
  const { top, bottom, left, right, type } = info.padInfo;
  const known = type === 'VALID' || type === 'SAME';
  const text = (name: string, value: string) => ({ name, type: binding.TF_ATTR_STRING, value });
  const integers = (name: string, value: number[]) => ({ name, type: binding.TF_ATTR_INT, value });
  const inFormat = (height: number[], width: number[], other: number[]) =>
    dataFormat === 'NHWC' ? [...other, ...height, ...width, ...other] : [...other, ...other, ...height, ...width];

  const attributes = [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    text('data_format', dataFormat),
    integers('strides', inFormat([info.strideHeight], [info.strideWidth], [1])),
    integers('dilations', inFormat([info.dilationHeight], [info.dilationWidth], [1])),
    text('padding', known ? type : 'EXPLICIT'),
  ];
  if (!known) attributes.push(integers('explicit_paddings', inFormat([top, bottom], [left, right], [0, 0])));
  const made: tf.Tensor[] = [];
  const sizes = (shape: readonly number[]) => {
    const tensor = tf.tensor1d([...shape], 'int32');
    made.push(tensor);
    return tensor;
  };
  try {
    return executeSingleOutput.call(backend, operation, attributes, inputs(sizes));
  } finally {
    tf.dispose(made);
  }
}
