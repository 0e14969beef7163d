/** Values in row-major order with their shape. */
interface Values<Shape extends number[]> {
  readonly shape: Shape;
  readonly values: number[];
}

/** A 3x3 convolution, NHWC, stride 2, padded by 1 pixel on every side. */
export const convolutionCase = {
  x: wave<[number, number, number, number]>([2, 7, 6, 3], 1),
  filter: wave<[number, number, number, number]>([3, 3, 3, 5], 2),
  stride: 2,
};

export const matMulCase = { a: wave<[number, number]>([4, 6], 3), b: wave<[number, number]>([6, 5], 4) };

function wave<Shape extends number[]>(shape: Shape, seed: number): Values<Shape> {
  const size = shape.reduce((product, side) => product * side, 1);
  return { shape, values: Array.from({ length: size }, (_, index) => Math.sin(seed + 0.7 * index)) };
}

/** `convolutionCase` by its definition, in float64. */
export function referenceConvolution(): number[] {
  const { x, filter, stride } = convolutionCase;
  const [batch, height, width, channels] = x.shape;
  const [size, , , outChannels] = filter.shape;
  const outHeight = Math.floor((height + 2 - size) / stride) + 1;
  const outWidth = Math.floor((width + 2 - size) / stride) + 1;
  const output: number[] = [];
  for (let n = 0; n < batch; n++) {
    for (let row = 0; row < outHeight; row++) {
      for (let column = 0; column < outWidth; column++) {
        for (let out = 0; out < outChannels; out++) {
          let sum = 0;
          for (let i = 0; i < size * size * channels; i++) {
            const channel = i % channels;
            const y = row * stride + Math.floor(i / channels / size) - 1;
            const z = column * stride + (Math.floor(i / channels) % size) - 1;
            if (y < 0 || y >= height || z < 0 || z >= width) continue;
            sum +=
              x.values[((n * height + y) * width + z) * channels + channel]! * filter.values[i * outChannels + out]!;
          }
          output.push(sum);
        }
      }
    }
  }
  return output;
}

/** a b, and the gradient of the sum of its squares with respect to a: 2 (a b) b^T. */
export function referenceMatMul(): { product: number[]; gradient: number[] } {
  const { a, b } = matMulCase;
  const [rows, inner] = a.shape;
  const columns = b.shape[1];
  const product = Array.from({ length: rows * columns }, (_, index) => {
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      sum += a.values[Math.floor(index / columns) * inner + k]! * b.values[k * columns + (index % columns)]!;
    }
    return sum;
  });
  const gradient = Array.from({ length: rows * inner }, (_, index) => {
    let sum = 0;
    for (let j = 0; j < columns; j++) {
      sum += 2 * product[Math.floor(index / inner) * columns + j]! * b.values[(index % inner) * columns + j]!;
    }
    return sum;
  });
  return { product, gradient };
}
