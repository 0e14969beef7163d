import type { Rectifier } from '@instagan/core/internals/ops';
import { recolourCase, shiftCase } from './augmentation-cases.ts';
import { CONVOLUTIONS, convolutionCases, transposedCase } from './convolution-cases.ts';
import { objectCropsCases } from './crop-cases.ts';
import { channelSumCase, normCase, reflectionCase, setCases, spectralCases, upsamplingCases } from './layer-cases.ts';
import type { OpCase } from './op-case.ts';
import { accumulateCase, adamCase, differenceCases, presentDifferenceCase, uncoveredCase } from './training-cases.ts';

const RECTIFIERS: readonly Rectifier[] = [{ kind: 'none' }, { kind: 'relu' }, { kind: 'leakyRelu', slope: 0.2 }];

/** In all directions: the wasm kernel that it is made of confuses some. */
const SHIFTS = [-1, 0, 1].flatMap((down) => [-1, 0, 1].map((right) => [down, right] as const));

export const OP_CASES: readonly OpCase[] = [
  ...CONVOLUTIONS.flatMap(convolutionCases),
  transposedCase([1, 3, 4, 8], 5),
  transposedCase([2, 4, 3, 3], 1),
  transposedCase([1, 1, 1, 5], 8),
  ...upsamplingCases([2, 3, 4, 8]),
  ...upsamplingCases([1, 1, 5, 3]),
  reflectionCase([1, 4, 5, 3], 1),
  reflectionCase([2, 4, 6, 8], 3),
  reflectionCase([1, 2, 3, 1], 1),
  ...SHIFTS.map((offset) => shiftCase([1, 5, 4, 3], [offset])),
  shiftCase(
    [2, 13, 9, 1],
    [
      [-3, 2],
      [0, -8],
    ],
  ),
  recolourCase([2, 4, 3, 3]),
  ...RECTIFIERS.flatMap((activation) => [
    normCase([2, 5, 4, 3], activation, false),
    normCase([1, 6, 7, 8], activation, true),
  ]),
  ...setCases([1, 3, 2], [3, 2, 5]),
  ...setCases([4], [2, 3, 8]),
  ...setCases([1, 1], [2, 2, 1]),
  ...spectralCases([4, 4, 3, 5]),
  ...spectralCases([4, 4, 8, 1]),
  ...objectCropsCases(),
  presentDifferenceCase([1, 0, 1], [2, 3]),
  presentDifferenceCase([1, 1], [1, 1]),
  // Nothing is there: the loss is 0, whatever the scores are.
  { ...presentDifferenceCase([0, 0], [2, 2]), differentiable: [] },
  ...differenceCases([2, 5, 4, 3]),
  ...differenceCases([1, 7, 3, 1]),
  uncoveredCase([1], [4, 5, 3]),
  uncoveredCase([1, 2], [3, 4, 3]),
  adamCase([[3, 3, 5, 8]], 1),
  adamCase([[7], [3, 1, 2, 4]], 100),
  channelSumCase([2, 5, 4, 3]),
  channelSumCase([1, 3, 7, 8]),
  accumulateCase([[3], [2, 3, 4, 5], []]),
];

const MANY_SHAPES = [[3], [3, 3, 11, 12], [64], [1], [2, 2, 9, 30], [1030], [5, 4], [7, 7], [33], [17, 62]] as const;

/** Sizes at which kernels divide their work among more workgroups, dispatches or threads. */
export const LARGE_OP_CASES: readonly OpCase[] = [
  normCase([2, 66, 65, 6], { kind: 'relu' }, true),
  normCase([1, 70, 64, 12], { kind: 'none' }, false),
  channelSumCase([3, 65, 64, 5]),
  channelSumCase([2, 70, 40, 68]),
  shiftCase(
    [2, 130, 67, 3],
    [
      [16, -8],
      [-16, 0],
    ],
  ),
  ...differenceCases([2, 70, 66, 3]),
  // Among so many pixels some lie on the edge of the clamp, where finite differences mean nothing.
  { ...uncoveredCase([2, 1], [100, 90, 3]), differentiable: [] },
  ...spectralCases([4, 4, 40, 36]),
  adamCase(MANY_SHAPES, 3),
  accumulateCase(MANY_SHAPES),
];
