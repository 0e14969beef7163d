import type { TensorInfo } from '@tensorflow/tfjs';
import { floatBits } from '../../arithmetic.ts';
import type { Dispatcher } from '../device/dispatcher.ts';
import { type Elementwise, elementwise } from './elementwise.ts';
import { countEnds, ENDS_FUNCTIONS } from './set-kernels.ts';
import { elementSum } from './sum-kernels.ts';

type UncoveredInputs = Readonly<Record<'image' | 'masks' | 'otherImage' | 'otherMasks', TensorInfo>>;

interface UncoveredAttributes {
  readonly counts: readonly number[];
  readonly scale: number;
}

/** How many instances cover a pixel of either image, and by how much the two images differ there. */
const FUNCTIONS = `${ENDS_FUNCTIONS}
fn covered(sample: u32, pixel: u32) -> f32 {
  let first = firstOf(sample);
  let end = endOf(sample);
  var sum = 0f;
  var otherSum = 0f;
  for (var mask = first; mask < end; mask++) {
    let at = mask * parameters.pixels + pixel;
    sum += masks[at];
    otherSum += otherMasks[at];
  }
  return 0.5 * (sum + otherSum + f32(2u * (end - first)));
}

fn uncovered(sample: u32, pixel: u32) -> f32 { return 1 - clamp(covered(sample, pixel), 0f, 1f); }

fn difference(sample: u32, pixel: u32) -> f32 {
  let begin = (sample * parameters.pixels + pixel) * parameters.channels;
  var sum = 0f;
  for (var at = begin; at < begin + parameters.channels; at++) { sum += abs(image[at] - otherImage[at]); }
  return sum;
}`;

/** `UncoveredDifferenceSum`: image, masks, otherImage, otherMasks -> scalar. */
export function uncoveredDifferenceSum(
  gpu: Dispatcher,
  { image, masks, otherImage, otherMasks }: UncoveredInputs,
  { counts, scale }: UncoveredAttributes,
): TensorInfo {
  const [batch, pixels, channels] = sizesOf(image);
  const { field, words } = countEnds(counts);
  return elementSum(gpu, {
    name: `UncoveredDifferenceSum ${batch}`,
    inputs: { image, masks, otherImage, otherMasks },
    term: 'uncovered(i / parameters.pixels, i % parameters.pixels) * difference(i / parameters.pixels, i % parameters.pixels)',
    functions: FUNCTIONS,
    fields: ['pixels: u32', 'channels: u32', field],
    words: [pixels, channels, ...words],
    count: batch * pixels,
    scale,
  });
}

/** `UncoveredDifferenceImageGradient`: dy and the inputs of the sum -> gradient of the first image. */
export function uncoveredDifferenceImageGradient(
  gpu: Dispatcher,
  inputs: UncoveredInputs & { readonly dy: TensorInfo },
  attributes: UncoveredAttributes,
): TensorInfo {
  return gradient(gpu, inputs.image, inputs, attributes, {
    name: 'UncoveredDifferenceImageGradient',
    statements: `
  let place = i / parameters.channels;
  let weight = uncovered(place / parameters.pixels, place % parameters.pixels);
  value = dy[0] * parameters.scale * weight * sign(image[i] - otherImage[i]);`,
  });
}

/** `UncoveredDifferenceMasksGradient`: dy and the inputs of the sum -> gradient of the masks of either. */
export function uncoveredDifferenceMasksGradient(
  gpu: Dispatcher,
  inputs: UncoveredInputs & { readonly dy: TensorInfo },
  attributes: UncoveredAttributes,
): TensorInfo {
  return gradient(gpu, inputs.masks, inputs, attributes, {
    name: 'UncoveredDifferenceMasksGradient',
    statements: `
  let pixel = i % parameters.pixels;
  let sample = ownerOf(i / parameters.pixels);
  let sum = covered(sample, pixel);
  value = select(0f, dy[0] * -0.5 * parameters.scale * difference(sample, pixel), sum >= 0 && sum <= 1);`,
  });
}

function gradient(
  gpu: Dispatcher,
  { shape }: TensorInfo,
  { dy, image, masks, otherImage, otherMasks }: UncoveredInputs & { readonly dy: TensorInfo },
  { counts, scale }: UncoveredAttributes,
  { name, statements }: Pick<Elementwise, 'name' | 'statements'>,
): TensorInfo {
  const [batch, pixels, channels] = sizesOf(image);
  const { field, words } = countEnds(counts);
  return elementwise(gpu, shape, {
    name: `${name} ${batch}`,
    inputs: { dy, image, masks, otherImage, otherMasks },
    statements,
    functions: FUNCTIONS,
    fields: ['scale: f32', 'pixels: u32', 'channels: u32', field],
    words: [floatBits(scale), pixels, channels, ...words],
  });
}

function sizesOf({ shape }: TensorInfo): [batch: number, pixels: number, channels: number] {
  const [batch, height, width, channels] = shape as [number, number, number, number];
  return [batch, height * width, channels];
}
