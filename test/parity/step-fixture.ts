import { readFile } from 'node:fs/promises';
import type { NamedArray } from '@instagan/core';
import { type ParityArrays, parityFile, readFloat64Gradients, readParityArrays } from '../helpers/parity-folder.ts';

/** Our losses by domain, and what the authors call them. Their `idt_B` is of an image of A, and their `D_A` knows domain B. */
const LOSSES_OF_DOMAIN = {
  A: { generatorA: 'G_A', cycleA: 'cyc_A', identityA: 'idt_B', contextA: 'ctx_A', discriminatorB: 'D_A' },
  B: { generatorB: 'G_B', cycleB: 'cyc_B', identityB: 'idt_A', contextB: 'ctx_B', discriminatorA: 'D_B' },
} as const;

type Domain = keyof typeof LOSSES_OF_DOMAIN;
export type LossName = { [D in Domain]: keyof (typeof LOSSES_OF_DOMAIN)[D] }[Domain];

const LOSS_NAMES: readonly string[] = Object.values(LOSSES_OF_DOMAIN).flatMap((losses) => Object.keys(losses));

export function isLossName(name: string): name is LossName {
  return LOSS_NAMES.includes(name);
}

/** What a fixture says of a training step of the authors' code: `step.safetensors`, `step_losses.json`. */
export interface StepFixture {
  readonly arrays: ParityArrays;
  /** Of each domain `[1, 3 + slots, height, width]`: the image, then the masks as the authors ordered them. */
  readonly samples: Readonly<Record<Domain, NamedArray>>;
  readonly instancesPerChunk: number;
  readonly learningRate: { readonly generator: number; readonly discriminator: number };
  /** Of each chunk the losses of the domains that took part in it. */
  readonly chunks: readonly ReadonlyMap<LossName, number>[];
  /** The gradients of the generators without rounding errors; `null` where nobody computed them for this fixture. */
  readonly float64: ParityArrays | null;
}

/** @throws Error if the fixture leaves something unsaid */
export async function readStepFixture(): Promise<StepFixture> {
  const arrays = await readParityArrays('step.safetensors');
  const passes = JSON.parse(await readFile(parityFile('step_losses.json'), 'utf8')) as Record<string, unknown>[];
  return {
    arrays,
    samples: { A: sampleOf('A', arrays), B: sampleOf('B', arrays) },
    instancesPerChunk: arrays.number('ins_per'),
    learningRate: { generator: arrays.number('lr_G'), discriminator: arrays.number('lr_D') },
    chunks: passes.map(lossesOf),
    float64: await readFloat64Gradients(),
  };
}

function sampleOf(domain: Domain, arrays: ParityArrays): NamedArray {
  const image = arrays.get(domain);
  const masks = arrays.get(`selected_${domain}_segs`);
  const [, channels = 0, height = 0, width = 0] = image.shape;
  const data = Float32Array.from([...(image.data as Float32Array), ...(masks.data as Float32Array)]);
  return { shape: [1, channels + (masks.shape[1] ?? 0), height, width], data };
}

/** A domain that sat the pass out has figures in the file too: its last ones, or 0. */
function lossesOf(pass: Readonly<Record<string, unknown>>, index: number): Map<LossName, number> {
  const losses = new Map<LossName, number>();
  for (const [domain, names] of Object.entries(LOSSES_OF_DOMAIN)) {
    const takesPart = pass[`forward_${domain}`];
    if (typeof takesPart !== 'boolean')
      throw new Error(`Pass ${index} does not say whether ${domain} took part in it.`);
    if (!takesPart) continue;
    for (const [ours, theirs] of Object.entries(names)) losses.set(ours as LossName, pass[theirs] as number);
  }
  return losses;
}
