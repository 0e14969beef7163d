/** What a graph must be told of an operation and an eager call need not. */
export interface OperationSignature {
  /** Type attributes that follow from an input: its index. */
  readonly types: Readonly<Record<string, number>>;
  /** Names of the outputs; one name stands for all outputs of a list. */
  readonly outputs: readonly string[];
}

function signature(outputs: string | readonly string[], types: Readonly<Record<string, number>> = { T: 0 }) {
  return { types, outputs: typeof outputs === 'string' ? [outputs] : outputs };
}

const SIGNATURES: Readonly<Record<string, OperationSignature>> = {
  Abs: signature('y'),
  Add: signature('z'),
  AddN: signature('sum'),
  AddV2: signature('z'),
  BatchMatMulV2: signature('output'),
  BiasAdd: signature('output'),
  Cast: signature('y', { SrcT: 0 }),
  ConcatV2: signature('output'),
  Conv2D: signature('output'),
  Conv2DBackpropFilter: signature('output'),
  Conv2DBackpropInput: signature('output', { T: 1 }),
  CropAndResize: signature('crops'),
  EuclideanNorm: signature('output'),
  FusedBatchNormGradV3: signature(
    ['x_backprop', 'scale_backprop', 'offset_backprop', 'reserve_space_4', 'reserve_space_5'],
    { T: 0, U: 3 },
  ),
  GatherNd: signature('output', { Tparams: 0, Tindices: 1 }),
  GatherV2: signature('output', { Tparams: 0, Tindices: 1, Taxis: 2 }),
  Greater: signature('z'),
  GreaterEqual: signature('z'),
  LeakyRelu: signature('activations'),
  LeakyReluGrad: signature('backprops'),
  LessEqual: signature('z'),
  LogicalAnd: signature('z', {}),
  MatMul: signature('product'),
  Max: signature('output'),
  Maximum: signature('z'),
  Mean: signature('output'),
  Minimum: signature('z'),
  MirrorPadGrad: signature('output'),
  Mul: signature('z'),
  Neg: signature('y'),
  Pad: signature('output'),
  PadV2: signature('output'),
  RealDiv: signature('z'),
  Reciprocal: signature('y'),
  Relu: signature('activations'),
  ReluGrad: signature('backprops'),
  Reshape: signature('output'),
  Rsqrt: signature('y'),
  SegmentSum: signature('output', { T: 0, Tindices: 1 }),
  Select: signature('output', { T: 1 }),
  Sign: signature('y'),
  Slice: signature('output', { T: 0, Index: 1 }),
  Split: signature('output', { T: 1 }),
  SplitV: signature('output', { T: 0, Tlen: 1 }),
  Sqrt: signature('y'),
  Square: signature('y'),
  SquaredDifference: signature('z'),
  Sub: signature('z'),
  Sum: signature('output'),
  Tanh: signature('y'),
  TanhGrad: signature('z'),
  TensorScatterAdd: signature('output', { T: 0, Tindices: 1 }),
  Transpose: signature('y'),
  Unpack: signature('output'),
  ZerosLike: signature('y'),
};

/**
 * The signature of one of TensorFlow's operations.
 *
 * @throws Error for one that no computation of this project used when this table was made
 */
export function operationSignature(operation: string): OperationSignature {
  const known = SIGNATURES[operation];
  if (known === undefined) throw new Error(`no signature of ${operation} is known`);
  return known;
}
