import type { FuzzTarget } from '../fuzz-target.ts';
import { ANNOTATIONS } from './annotations.ts';
import { answers, commands } from './channel.ts';
import { images } from './images.ts';
import { MADE_FOLDERS } from './made-folders.ts';
import { config, dashboard, events, lock, manifest, parts, videoPlan } from './runs.ts';
import { SCORES } from './scores.ts';
import { nut } from './streams.ts';
import { pickle, pthLegacy, pthZip, safetensors } from './weights.ts';
import { WORK } from './work.ts';

/** All that reads what others have made. A new format of annotations is added to `annotations.ts`, any other reader as a file and here. */
export const TARGETS: readonly FuzzTarget[] = [
  ...[pthZip, pthLegacy, pickle, safetensors],
  ...ANNOTATIONS,
  ...[config, manifest, events, dashboard, lock, parts, videoPlan],
  images,
  ...[commands, answers],
  nut,
  ...WORK,
  ...SCORES,
  ...MADE_FOLDERS,
];
