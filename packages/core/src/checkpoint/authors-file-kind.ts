import type { NamedArrays } from './named-arrays.ts';

const KINDS: readonly { readonly kind: string; readonly matches: (has: (name: RegExp) => boolean) => boolean }[] = [
  { kind: 'an InstaGAN generator', matches: (has) => has(/^encoder_seg\./) && has(/^decoder_img\./) },
  { kind: 'an InstaGAN discriminator', matches: (has) => has(/^feature_seg\./) && has(/^classifier\./) },
  { kind: 'a pix2pix U-Net generator', matches: (has) => has(/^model\.model\.\d/) },
  { kind: 'a CycleGAN generator', matches: (has) => has(/^model\.\d+\.conv_block\./) },
  { kind: 'a PatchGAN discriminator of CycleGAN or pix2pix', matches: (has) => has(/^model\.\d+\.weight$/) },
];

/** Says in words what network a state dict belongs to, by the names in it; for error messages. */
export function describeStateDict(stateDict: NamedArrays): string {
  const names = [...stateDict.keys()];
  const known = KINDS.find(({ matches }) => matches((pattern) => names.some((name) => pattern.test(name))));
  if (known !== undefined) return known.kind;
  return `${names.length} arrays of an unknown network, beginning with ${names.slice(0, 3).join(', ')}`;
}
