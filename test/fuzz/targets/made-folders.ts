import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openBuiltFolder, openDrawnFolder } from '@instagan/datasets/internals/folders';
import { type FuzzPlace, type FuzzTarget, jsonBytes } from '../fuzz-target.ts';

/** A folder that holds `dataset.json` and a picture, which is the user's. */
function folderWith(place: FuzzPlace, input: Uint8Array, picture: string): string {
  const folder = path.join(place.folder, 'set');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.join(folder, path.dirname(picture)), { recursive: true });
  writeFileSync(path.join(folder, 'dataset.json'), input);
  writeFileSync(path.join(folder, picture), '');
  return folder;
}

/** What tells a drawn set from other folders, and so what may be removed. */
const drawn: FuzzTarget = {
  name: 'drawn-set',
  kind: 'json',
  words: ['drawnBy', 'instagan dataset draw', 'complete', 'seed', 'domains'],
  seeds: async () => [
    jsonBytes({ drawnBy: 'instagan dataset draw', seed: 1, count: 2, complete: true }),
    jsonBytes({ drawnBy: 'me' }),
  ],
  read: async (input, place) => {
    const folder = folderWith(place, input, 'trainA/photo.png');
    const record = { seed: 1, count: 1, testCount: 0, height: 32, width: 32 };
    const failure: unknown = await openDrawnFolder(folder, record).catch((error: unknown) => error);
    if (!existsSync(path.join(folder, 'trainA/photo.png'))) throw new Error('A photo was removed.');
    if (failure !== undefined) throw failure;
    return [];
  },
};

/** What tells a built set from other folders, and which of its domains are there. */
const built: FuzzTarget = {
  name: 'built-set',
  kind: 'json',
  words: ['builtBy', 'instagan dataset', 'domains', 'A', 'B', 'format', 'null'],
  seeds: async () => [
    jsonBytes({ builtBy: 'instagan dataset', domains: { A: { format: 'coco', file: 'a.json' } } }),
    jsonBytes({ builtBy: 'instagan dataset', domains: { A: {}, B: {} } }),
  ],
  read: async (input, place) => {
    const folder = folderWith(place, input, 'photo.png');
    const opened = await openBuiltFolder(folder, ['B']);
    await opened.finish([], { B: { format: 'masks' } });
    if (!existsSync(path.join(folder, 'photo.png'))) throw new Error('A photo was removed.');
    return [];
  },
};

export const MADE_FOLDERS: readonly FuzzTarget[] = [drawn, built];
