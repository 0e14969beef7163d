import { type NamedArrays, openStateDict } from '@instagan/core';

/** A U-Net in this project's names and layout, and the sizes its shapes tell. */
export interface ImportedUnet {
  readonly parameters: NamedArrays;
  readonly ngf: number;
  readonly levels: number;
  readonly outputs: number;
  readonly refine: 0;
}

/**
 * Converts a U-Net generator of pytorch-CycleGAN-and-pix2pix (the one that the authors of InstaGAN use), trained with
 * instance normalisation. Biases in front of an instance norm are dropped: the norm subtracts the mean, so they have no
 * effect.
 *
 * @param stateDict as `readTorchStateDict` returns it
 * @throws UserError naming the file if it holds another network, or one of other layers or sizes
 */
export function importAuthorsUnet(stateDict: NamedArrays, fileName: string): ImportedUnet {
  const first = 'model.model.0.weight';
  const source = openStateDict(stateDict, first, 'a pix2pix U-Net', fileName);
  const [ngf = 0] = source.shapeOf(first);
  const outer = (level: number) => (level === 0 ? 'model.' : `model.model.1.${'model.3.'.repeat(level - 1)}`);
  let levels = 1;
  while (stateDict.has(`${outer(levels)}model.1.weight`)) levels++;
  const [, outputs = 0] = source.shapeOf('model.model.3.weight');
  const channelsAt = (level: number) => ngf * Math.min(8, 2 ** level);

  source.convolution('model.model.0', 'down0', [ngf, 3, 4, 4]);
  source.bias('model.model.0.bias', 'down0.bias', ngf);
  source.convolution('model.model.3', 'up0', [2 * ngf, outputs, 4, 4], 'transposed');
  source.bias('model.model.3.bias', 'up0.bias', outputs);
  for (let level = 1; level < levels; level++) {
    const [inputs, channels] = [channelsAt(level - 1), channelsAt(level)];
    const isInnermost = level === levels - 1;
    const block = `${outer(level)}model`;
    source.convolution(`${block}.1`, `down${level}`, [channels, inputs, 4, 4]);
    if (isInnermost) source.bias(`${block}.1.bias`, `down${level}.bias`, channels);
    const up = isInnermost ? `${block}.3` : `${block}.5`;
    source.convolution(up, `up${level}`, [isInnermost ? channels : 2 * channels, inputs, 4, 4], 'transposed');
  }
  return { parameters: source.finish(), ngf, levels, outputs, refine: 0 };
}
