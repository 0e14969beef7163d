import { readFile } from 'node:fs/promises';
import type { NamedArray, NamedArrays } from '../../checkpoint/named-arrays.ts';
import { readTorchStateDict, unprotectedWarning } from '../../checkpoint/torch-file.ts';
import { UserError } from '../../errors.ts';
import { cannotBeRead } from '../../runtime/files.ts';
import { importAuthorsDiscriminator, importAuthorsGenerator } from './authors-weights.ts';

/** Paths of the authors' files, by the authors' names: `generatorA` is `latest_net_G_A.pth`, and so on. */
export interface AuthorsModelFiles {
  readonly generatorA: string;
  readonly generatorB: string;
  readonly discriminatorA?: string | undefined;
  readonly discriminatorB?: string | undefined;
}

export interface AuthorsModel {
  /** `generatorAToB.<parameter>`, `generatorBToA.…`, and if given `discriminatorA.…`, `discriminatorB.…`. */
  readonly arrays: NamedArrays;
  readonly ngf: number;
  readonly blocks: number;
  readonly imageChannels: number;
  /** `null` if no discriminator was given. */
  readonly ndf: number | null;
  /** One sentence for each file of which nothing tells whether it is damaged. */
  readonly warnings: readonly string[];
}

/**
 * Reads a model that the authors' code trained. Their G_A maps A to B: `generatorAToB`. Their D_A is the discriminator of domain B, so
 * `files.discriminatorA` becomes `discriminatorB` here, and `files.discriminatorB` becomes `discriminatorA`.
 *
 * @throws UserError naming the file if one cannot be read or is another network, or if their sizes disagree
 */
export async function importAuthorsModel(files: AuthorsModelFiles): Promise<AuthorsModel> {
  const warnings: string[] = [];
  const aToB = importAuthorsGenerator(await readStateDict(files.generatorA, warnings), files.generatorA);
  const bToA = importAuthorsGenerator(await readStateDict(files.generatorB, warnings), files.generatorB);
  const { ngf, blocks, imageChannels } = aToB;
  const arrays = new Map<string, NamedArray>();
  const add = (network: string, parameters: NamedArrays) => {
    for (const [name, array] of parameters) arrays.set(`${network}.${name}`, array);
  };
  for (const size of ['ngf', 'blocks', 'imageChannels'] as const) {
    if (aToB[size] !== bToA[size]) {
      throw new UserError(
        `${files.generatorA} and ${files.generatorB} do not belong to the same model (${size} ${aToB[size]} and ${bToA[size]}): give the two files of one training run.`,
      );
    }
  }
  add('generatorAToB', aToB.parameters);
  add('generatorBToA', bToA.parameters);

  let ndf: { readonly value: number; readonly file: string } | null = null;
  for (const [file, network] of [
    [files.discriminatorB, 'discriminatorA'],
    [files.discriminatorA, 'discriminatorB'],
  ] as const) {
    if (file === undefined) continue;
    const discriminator = importAuthorsDiscriminator(await readStateDict(file, warnings), file);
    if (discriminator.imageChannels !== imageChannels || (ndf !== null && ndf.value !== discriminator.ndf)) {
      throw new UserError(
        `${file} and ${ndf?.file ?? files.generatorA} do not belong to the same model (sizes differ): give the files of one training run.`,
      );
    }
    ndf = { value: discriminator.ndf, file };
    add(network, discriminator.parameters);
  }
  return { arrays, ngf, blocks, imageChannels, ndf: ndf?.value ?? null, warnings };
}

async function readStateDict(file: string, warnings: string[]): Promise<NamedArrays> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw cannotBeRead(file, error);
  }
  const warning = unprotectedWarning(bytes, file);
  if (warning !== null) warnings.push(warning);
  return readTorchStateDict(bytes, file);
}
