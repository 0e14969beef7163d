import type { FuzzTarget } from '../fuzz-target.ts';
import { coco } from './annotations.ts';
import { answers, commands } from './channel.ts';
import { images } from './images.ts';
import { config, events, lock, manifest, parts } from './runs.ts';
import { nut } from './streams.ts';
import { pickle, pthLegacy, pthZip, safetensors } from './weights.ts';

/** All that reads what others have made. A new reader of a format of annotations is added to `annotations.ts` and here. */
export const TARGETS: readonly FuzzTarget[] = [
  ...[pthZip, pthLegacy, pickle, safetensors],
  coco,
  ...[config, manifest, events, lock, parts],
  images,
  ...[commands, answers],
  nut,
];
