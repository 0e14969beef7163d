import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelCard } from './model-card.ts';

/** A trained model that comes with the software: a run with weights of 16 bits, and its card. */
export interface ShippedModel {
  /** Such as `meadow`, or `meadow/sheep`: its folder below `weights`. */
  readonly name: string;
  /** A run that translates, or finds masks. */
  readonly folder: string;
  readonly card: ModelCard;
}

const WEIGHTS_FOLDER = fileURLToPath(new URL('../weights', import.meta.url));
const CARD_FILE = 'card.json';

/** All shipped models, by name. */
export function shippedModels(): ShippedModel[] {
  return namesIn('').map((name) => shippedModel(name) as ShippedModel);
}

/** The shipped model of a name, if there is one. */
export function shippedModel(name: string): ShippedModel | undefined {
  if (!/^[a-z0-9-]+(\/[a-z0-9-]+)?$/.test(name)) return undefined;
  const folder = path.join(WEIGHTS_FOLDER, name);
  const file = path.join(folder, CARD_FILE);
  if (!existsSync(file)) return undefined;
  return { name, folder, card: JSON.parse(readFileSync(file, 'utf8')) };
}

/** The shipped model that lies in a folder, if it is that of one. */
export function shippedModelOf(folder: string): ShippedModel | undefined {
  return shippedModel(path.relative(WEIGHTS_FOLDER, path.resolve(folder)).replaceAll(path.sep, '/'));
}

function namesIn(parent: string): string[] {
  const folders = readdirSync(path.join(WEIGHTS_FOLDER, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'checkpoints')
    .map(({ name }) => (parent === '' ? name : `${parent}/${name}`))
    .sort();
  return folders.flatMap((name) => [
    ...(existsSync(path.join(WEIGHTS_FOLDER, name, CARD_FILE)) ? [name] : []),
    ...(parent === '' ? namesIn(name) : []),
  ]);
}
