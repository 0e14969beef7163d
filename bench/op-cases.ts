import type { NetworkSetting } from './settings.ts';

export type Shape4D = [number, number, number, number];

/** A convolution of the networks. */
export interface ConvolutionLayer {
  /** `[batch, height, width, channels]`. */
  readonly input: Shape4D;
  readonly kernel: number;
  readonly outputs: number;
  readonly stride: number;
  readonly padding: number;
  readonly border: 'zero' | 'reflect';
}

/** One operation at one shape. */
export type OpCase = { readonly name: string } & (
  | {
      readonly op: 'Convolution' | 'ConvolutionInputGradient' | 'ConvolutionFilterGradient';
      readonly layer: ConvolutionLayer;
      /** Additions and multiplications of the definition. */
      readonly operations: number;
    }
  | { readonly op: 'InstanceNorm' | 'InstanceNormGradient'; readonly shape: Shape4D }
  | { readonly op: 'AdamUpdate'; readonly shapes: readonly (readonly number[])[] }
);

/** The operations that training spends its time in, at the shapes of a setting; instances of a chunk are a batch. */
export function opCases(setting: NetworkSetting, generatorShapes: readonly (readonly number[])[]): OpCase[] {
  const { height, width, ngf, instancesPerChunk } = setting;
  const norms: Shape4D[] = [
    [instancesPerChunk, height, width, ngf],
    [instancesPerChunk, height / 4, width / 4, 4 * ngf],
  ];
  return [
    ...convolutionLayers(setting).flatMap(convolutionCases),
    ...norms.flatMap((shape): OpCase[] =>
      (['InstanceNorm', 'InstanceNormGradient'] as const).map((op) => ({
        op,
        shape,
        name: `${op} ${shape.join('x')}`,
      })),
    ),
    { op: 'AdamUpdate', shapes: generatorShapes, name: 'AdamUpdate of a generator' },
  ];
}

/** Height and width of a layer's output. */
export function outputSize({ input, kernel, stride, padding }: ConvolutionLayer): [number, number] {
  const along = (side: number) => Math.floor((side + 2 * padding - kernel) / stride) + 1;
  return [along(input[1]), along(input[2])];
}

function convolutionLayers({ height, width, ngf, ndf, instancesPerChunk: batch }: NetworkSetting): ConvolutionLayer[] {
  const at = (scale: number, channels: number): Shape4D => [batch, height / scale, width / scale, channels];
  const wide = { kernel: 7, stride: 1, padding: 3, border: 'reflect' } as const;
  const keeping = { kernel: 3, stride: 1, padding: 1, border: 'reflect' } as const;
  const halving = { kernel: 3, stride: 2, padding: 1, border: 'zero' } as const;
  const patching = { kernel: 4, padding: 1, border: 'zero' } as const;
  return [
    { input: at(1, 3), outputs: ngf, ...wide },
    { input: at(1, 1), outputs: ngf, ...wide },
    { input: at(1, ngf), outputs: 2 * ngf, ...halving },
    { input: at(2, 2 * ngf), outputs: 4 * ngf, ...halving },
    { input: at(4, 4 * ngf), outputs: 4 * ngf, ...keeping },
    // The decoders' transposed convolutions are the input gradients of these.
    { input: at(2, 4 * ngf), outputs: 8 * ngf, ...halving },
    { input: at(1, 2 * ngf), outputs: 4 * ngf, ...halving },
    { input: at(1, 2 * ngf), outputs: 3, ...wide },
    { input: at(1, 3 * ngf), outputs: 1, ...wide },
    { input: at(1, 3), outputs: ndf, stride: 2, ...patching },
    { input: at(2, ndf), outputs: 2 * ndf, stride: 2, ...patching },
    { input: at(4, 2 * ndf), outputs: 4 * ndf, stride: 2, ...patching },
    { input: [1, Math.floor(height / 8), Math.floor(width / 8), 8 * ndf], outputs: 16 * ndf, stride: 1, ...patching },
  ];
}

function convolutionCases(layer: ConvolutionLayer): OpCase[] {
  const { input, kernel, outputs, stride, border } = layer;
  const [outHeight, outWidth] = outputSize(layer);
  const operations = 2 * input[0] * outHeight * outWidth * outputs * kernel * kernel * input[3];
  const steps = stride === 1 ? '' : `/${stride}`;
  const name = `${input.join('x')} ${kernel}x${kernel}${steps} ${outputs}${border === 'reflect' ? ' reflect' : ''}`;
  return (['Convolution', 'ConvolutionInputGradient', 'ConvolutionFilterGradient'] as const).map((op) => ({
    op,
    layer,
    operations,
    name: `${op} ${name}`,
  }));
}
