import { createRng, type DomainName, type Rng } from '@instagan/core/data';
import type { Animal, AnimalPose, GiraffeLook, SheepLook } from './animal.ts';
import { between, chance, clamp, lerp, pick, pickWeighted } from './choice.ts';
import type { Frame } from './landscape.ts';

/** How often a scene has 1, 2, … 5 animals. */
const HERD_SIZES = [
  [1, 24],
  [2, 26],
  [3, 23],
  [4, 16],
  [5, 11],
] as const;

/** Size of each animal by the number of animals: a crowd stands farther away. */
const CROWD_SCALES = [1.14, 1, 0.9, 0.82, 0.76] as const;

/** Height of the tallest animal in its scale, in both domains, so that neither is cut off by the upper edge more. */
const TALLEST = 1.98;

/**
 * The animals of a scene from far to near. Places, sizes, poses and numbers follow one distribution in both domains;
 * only the looks differ.
 *
 * @param attempt 0 first; each further one places the herd anew, and every third takes an animal away, for when a
 *   placement hid one
 */
export function describeHerd(
  domain: DomainName,
  seed: number,
  stream: readonly (string | number)[],
  frame: Frame,
  meadowTop: number,
  attempt: number,
): Animal[] {
  const size = pickWeighted(createRng(seed, 'herd-size', ...stream), HERD_SIZES);
  const rng = createRng(seed, 'herd', ...stream, attempt);
  const count = Math.max(1, size - Math.floor(attempt / 3));
  const coats = createRng(seed, 'looks', ...stream);
  const flock = pick(coats, FLOCKS);
  return describePoses(rng, frame, meadowTop, count).map(({ pose, young }) =>
    domain === 'A'
      ? { kind: 'sheep', pose, look: sheepLook(coats, young, flock) }
      : { kind: 'giraffe', pose, look: giraffeLook(coats, young) },
  );
}

function describePoses(
  rng: Rng,
  frame: Frame,
  meadowTop: number,
  count: number,
): { pose: AnimalPose; young: boolean }[] {
  const [back, front] = [lerp(meadowTop, frame.height, 0.2), frame.height * 0.955];
  const depths = spreadDepths(rng, count);
  const placed: { pose: AnimalPose; young: boolean }[] = [];
  const direction = chance(rng, 0.5) ? 1 : -1;
  for (const depth of depths) {
    const young = count > 1 && chance(rng, 0.24);
    const y = lerp(back, front, depth);
    const full = (CROWD_SCALES[count - 1] as number) * lerp(21, 42, depth) * between(rng, 0.93, 1.08);
    const scale = Math.min(full, (y - 1) / TALLEST) * (young ? 0.66 : 1);
    const stance = describeStance(rng, direction);
    const others = placed.map(({ pose }) => ({ ...pose, depth: (pose.y - back) / (front - back) }));
    const x = bestX(rng, openRange(rng, frame, scale, stance.facing), scale, depth, others);
    placed.push({ young, pose: { x, y, scale, ...stance } });
  }
  return placed;
}

/** `count` depths in [0, 1] from far to near, one in each equal part, a single animal rather in front. */
function spreadDepths(rng: Rng, count: number): number[] {
  if (count === 1) return [between(rng, 0.35, 1)];
  return Array.from({ length: count }, (_, i) => clamp((i + between(rng, 0.08, 0.92)) / count, 0, 1));
}

/** Where an animal may stand so that its head is in the picture; its tail is now and then cut off by the edge. */
function openRange(rng: Rng, frame: Frame, scale: number, facing: 1 | -1): readonly [number, number] {
  const [ahead, behind] = [0.94 * scale, (chance(rng, 0.8) ? 0.5 : 0.15) * scale];
  const low = facing === 1 ? behind : ahead;
  const high = frame.width - (facing === 1 ? ahead : behind);
  return low < high ? [low, high] : [(low + high) / 2, (low + high) / 2];
}

/** The place in the range, of a few tried, that is freest of the animals already there; a little overlap is welcome. */
function bestX(
  rng: Rng,
  [low, high]: readonly [number, number],
  scale: number,
  depth: number,
  others: readonly (AnimalPose & { readonly depth: number })[],
): number {
  const wanted = between(rng, 0.72, 1.35);
  let best = (low + high) / 2;
  let bestRoom = -1;
  for (let tries = 0; tries < 24; tries++) {
    const x = between(rng, low, high);
    const rooms = others.map(
      (other) => Math.abs(x - other.x) / (0.5 * (scale + other.scale)) + 0.35 * Math.abs(depth - other.depth),
    );
    const room = Math.min(wanted, ...rooms);
    if (room > bestRoom) [best, bestRoom] = [x, room];
  }
  return best;
}

function describeStance(rng: Rng, direction: 1 | -1): Omit<AnimalPose, 'x' | 'y' | 'scale'> {
  const facing = (chance(rng, 0.68) ? direction : -direction) as 1 | -1;
  const posture = chance(rng, 0.13) ? 'lying' : 'standing';
  const grazing = posture === 'standing' && chance(rng, 0.26);
  const walking = posture === 'standing' && !grazing && chance(rng, 0.5);
  return {
    facing,
    posture,
    legPhase: between(rng, 0, 2 * Math.PI),
    stride: walking ? between(rng, 0.5, 1) : between(rng, 0.05, 0.25),
    headLift: grazing ? between(rng, 0, 0.1) : between(rng, 0.5, 1),
    gaze: !grazing && chance(rng, 0.3) ? 'viewer' : 'ahead',
  };
}

interface Flock {
  readonly wools: readonly string[];
  readonly faces: readonly string[];
}

const WHITE_FLOCK: Flock = { wools: ['#fbf6ea', '#fffaf0', '#f4ecdc'], faces: ['#3b3340', '#f3dcc4', '#4a3a38'] };

const FLOCKS: readonly Flock[] = [
  WHITE_FLOCK,
  WHITE_FLOCK,
  { wools: ['#fbf6ea', '#f6efe2'], faces: ['#f1d7bd', '#efcfb4'] },
  { wools: ['#fbf4e6', '#8a6d5a', '#4d4550', '#e6d3b3'], faces: ['#3b3340', '#5a4238', '#efd6bb'] },
  { wools: ['#d9c3a0', '#b89878', '#f4ead6'], faces: ['#4a352e', '#6a4e40'] },
  { wools: ['#c9c7cf', '#f1eff0', '#8f8c9a'], faces: ['#38333d', '#524b57'] },
];

function sheepLook(rng: Rng, young: boolean, flock: Flock): SheepLook {
  const face = pick(rng, flock.faces);
  return {
    wool: pick(rng, flock.wools),
    face,
    legs: face,
    horns: !young && chance(rng, 0.14),
    young,
    girth: between(rng, 0.92, 1.08),
    texture: rng.integer(2 ** 30),
  };
}

const COATS: readonly (readonly [coat: string, patches: string])[] = [
  ['#fbe2a6', '#c9803a'],
  ['#f9dc9a', '#b4692f'],
  ['#fdeac0', '#a8612f'],
  ['#f6d48a', '#9a5a30'],
  ['#fbe6bb', '#d08f45'],
  ['#f4d9a8', '#7d4a30'],
];

function giraffeLook(rng: Rng, young: boolean): GiraffeLook {
  const [coat, patches] = pick(rng, COATS);
  return {
    coat,
    patches,
    mane: pick(rng, ['#8a4f2c', '#6f3f28', '#a35f34']),
    young,
    neck: between(rng, 0.92, 1.06),
    patchSize: between(rng, 14, 18) * (young ? 0.92 : 1),
    texture: rng.integer(2 ** 30),
  };
}
