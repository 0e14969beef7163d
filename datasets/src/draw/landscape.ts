import { createRng, type Rng } from '@instagan/core/data';
import { between, chance, lerp, pick, pickWeighted } from './choice.ts';
import { type Colour, lit, mix } from './colour.ts';
import { describeLight, type Light } from './light.ts';
import type { Point } from './svg.ts';

/** Width and height of a scene in scene units: the shorter side is 100. */
export interface Frame {
  readonly width: number;
  readonly height: number;
}

export interface Cloud {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** Radii of the puffs from left to right, as shares of the width. */
  readonly puffs: readonly number[];
}

/** One range of hills: its upper line from left to right, and its colours at the top and further down. */
export interface Ridge {
  readonly line: readonly Point[];
  readonly top: Colour;
  readonly bottom: Colour;
}

/** Something that stands on a ridge. */
export interface Landmark {
  readonly kind: 'round-tree' | 'conifer' | 'poplar' | 'bush' | 'cottage' | 'barn' | 'windmill';
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly colour: Colour;
  readonly accent: Colour;
}

/** A small plant or stone on the meadow, drawn in the order of `y`. */
export interface GroundItem {
  readonly kind: 'tuft' | 'daisy' | 'tulip' | 'stone';
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly colour: Colour;
  /** Seed of the shape, 0 … 1. */
  readonly shape: number;
}

export interface Fence {
  readonly y: number;
  readonly slope: number;
  readonly height: number;
  readonly colour: Colour;
}

/** All of a scene but its animals. The same distribution serves both domains. */
export interface Landscape {
  readonly light: Light;
  /** Sun or moon. */
  readonly body: { readonly x: number; readonly y: number; readonly r: number };
  readonly stars: readonly (readonly [x: number, y: number, r: number])[];
  readonly rainbow: boolean;
  readonly clouds: readonly Cloud[];
  readonly birds: readonly (readonly [x: number, y: number, size: number])[];
  /** From far to near; the last one is the meadow on which the animals stand. */
  readonly ridges: readonly Ridge[];
  /** Landmarks of each ridge, drawn on top of it. */
  readonly landmarks: readonly (readonly Landmark[])[];
  /** Where the meadow begins, y. */
  readonly meadowTop: number;
  /** Broad bands of lighter or darker grass: left and right end of their middle line, thickness. */
  readonly bands: readonly {
    readonly left: number;
    readonly right: number;
    readonly thick: number;
    readonly colour: Colour;
  }[];
  readonly path: readonly Point[] | null;
  readonly pond: { readonly x: number; readonly y: number; readonly rx: number } | null;
  readonly fence: Fence | null;
  readonly items: readonly GroundItem[];
}

const GRASSES: readonly (readonly [far: Colour, near: Colour])[] = [
  ['#b5dd72', '#7cc052'],
  ['#a8d46c', '#62ad4c'],
  ['#9ed38e', '#55a86c'],
  ['#cfdc74', '#94b64a'],
  ['#e3d684', '#b9b04e'],
  ['#bfe08a', '#86c766'],
];

const LEAVES: readonly (readonly Colour[])[] = [
  ['#4f9a50', '#3f8a52', '#6aae52'],
  ['#5aa05a', '#7ab55a', '#f2b6c6'],
  ['#4c8f5c', '#3c7f63', '#83b063'],
  ['#e0a04a', '#d0753f', '#9aa24a'],
];

const FLOWERS: readonly (readonly Colour[])[] = [
  ['#ffffff', '#ffe066'],
  ['#ffffff', '#f48fb1', '#ffd54f'],
  ['#ef5350', '#ffffff', '#ffca5a'],
  ['#b39ddb', '#ffffff', '#7e9bf0'],
  ['#ff8a65', '#ffd54f', '#ffffff'],
];

const RAINBOW_LIGHTS: readonly string[] = ['noon', 'morning', 'overcast'];

/** Draws a landscape; `stream` tells scenes apart. */
export function describeLandscape(seed: number, stream: readonly (string | number)[], frame: Frame): Landscape {
  const rng = createRng(seed, 'landscape', ...stream);
  const light = describeLight(rng);
  const [grassFar, grassNear] = pick(rng, GRASSES);
  const { width, height } = frame;
  const horizon = height * between(rng, 0.36, 0.46);
  const meadowTop = horizon + between(rng, 0.05, 0.1) * height;
  const ridgeCount = 2 + rng.integer(2);
  const ridges = describeRidges(rng, frame, horizon, meadowTop, ridgeCount, grassFar, grassNear, light);
  const leaves = pick(rng, LEAVES);
  return {
    light,
    body: { x: between(rng, 0.12, 0.88) * width, y: horizon * between(rng, 0.18, 0.62), r: between(rng, 5, 8.5) },
    stars: light.stars
      ? Array.from(
          { length: 26 },
          () => [rng.uniform() * width, rng.uniform() * horizon * 0.8, between(rng, 0.2, 0.5)] as const,
        )
      : [],
    rainbow: chance(rng, 0.07) && RAINBOW_LIGHTS.includes(light.name),
    clouds: describeClouds(rng, frame, horizon),
    birds: chance(rng, 0.35) ? Array.from({ length: 2 + rng.integer(3) }, () => birdAt(rng, frame, horizon)) : [],
    ridges,
    landmarks: ridges.map((ridge, i) => describeLandmarks(rng, frame, ridge, i / (ridges.length - 1), leaves, light)),
    meadowTop,
    bands: describeBands(rng, meadowTop, height, grassNear, light),
    path: chance(rng, 0.24) ? describePath(rng, frame, meadowTop) : null,
    pond: chance(rng, 0.16)
      ? {
          x: between(rng, 0.1, 0.9) * width,
          y: lerp(meadowTop, height, between(rng, 0.22, 0.4)),
          rx: between(rng, 12, 22),
        }
      : null,
    fence: chance(rng, 0.4) ? describeFence(rng, meadowTop, height, light) : null,
    items: describeItems(rng, frame, meadowTop, grassNear, light),
  };
}

function describeRidges(
  rng: Rng,
  frame: Frame,
  horizon: number,
  meadowTop: number,
  count: number,
  grassFar: Colour,
  grassNear: Colour,
  light: Light,
): Ridge[] {
  const mountains = chance(rng, 0.3);
  const far = pick(rng, ['#7fa6b8', '#8f9fc4', '#86b39a', '#7fae8c']);
  const ridges = Array.from({ length: count }, (_, i): Ridge => {
    const near = (i + 1) / (count + 1);
    const level = lerp(horizon - 6, meadowTop - 1, i / count);
    const peaks = i === 0 && mountains;
    const colour = mix(mix(far, grassFar, near * 0.9), light.haze, 0.6 * (1 - near));
    const shade = mix(colour, light.haze, 0.45 * (1 - near));
    return {
      line: ridgeLine(rng, frame, level, peaks ? 9 : lerp(6, 3.4, near), peaks ? 3.2 : 1.5),
      top: lit(colour, light.tint),
      bottom: lit(mix(shade, grassFar, 0.25), light.tint),
    };
  });
  return [
    ...ridges,
    {
      line: ridgeLine(rng, frame, meadowTop, 2.2, 1),
      top: lit(mix(grassFar, light.haze, 0.12), light.tint),
      bottom: lit(grassNear, light.tint),
    },
  ];
}

/** A rolling line: three waves of falling height and random phase. */
function ridgeLine(rng: Rng, frame: Frame, level: number, amplitude: number, frequency: number): Point[] {
  const waves = [1, 2.3, 4.1].map((factor) => ({
    frequency: (frequency * factor * Math.PI) / 100,
    phase: between(rng, 0, 2 * Math.PI),
    height: amplitude / factor,
  }));
  const steps = Math.ceil(frame.width / 5);
  return Array.from({ length: steps + 1 }, (_, i) => {
    const x = (frame.width * i) / steps;
    return [x, level + waves.reduce((sum, wave) => sum + wave.height * Math.sin(wave.frequency * x + wave.phase), 0)];
  });
}

/** Height of a ridge at x. */
export function ridgeAt(line: readonly Point[], x: number): number {
  const after = line.findIndex((point) => point[0] >= x);
  if (after <= 0) return (line[after === 0 ? 0 : line.length - 1] as Point)[1];
  const [from, to] = [line[after - 1] as Point, line[after] as Point];
  return lerp(from[1], to[1], (x - from[0]) / (to[0] - from[0]));
}

function describeClouds(rng: Rng, { width }: Frame, horizon: number): Cloud[] {
  const count = Math.round((rng.integer(4) + 0.6) * Math.max(1, width / 130));
  return Array.from({ length: count }, () => ({
    x: between(rng, -0.05, 0.95) * width,
    y: horizon * between(rng, 0.12, 0.66),
    width: between(rng, 14, 30),
    puffs: Array.from({ length: 3 + rng.integer(2) }, () => between(rng, 0.14, 0.25)),
  }));
}

function birdAt(rng: Rng, { width }: Frame, horizon: number): readonly [number, number, number] {
  return [between(rng, 0.1, 0.9) * width, horizon * between(rng, 0.15, 0.7), between(rng, 1.6, 2.8)];
}

/** Trees and houses on one ridge; `near` is 0 for the farthest range and 1 for the edge of the meadow. */
function describeLandmarks(
  rng: Rng,
  frame: Frame,
  ridge: Ridge,
  near: number,
  leaves: readonly Colour[],
  light: Light,
): Landmark[] {
  const landmarks: Landmark[] = [];
  const haze = 0.5 * (1 - near);
  const tint = (colour: Colour) => lit(mix(colour, light.haze, haze), light.tint);
  const add = (kind: Landmark['kind'], x: number, height: number, colour: Colour, accent: Colour) =>
    landmarks.push({ kind, x, y: ridgeAt(ridge.line, x) + 0.6, height, colour: tint(colour), accent: tint(accent) });
  const groves = Math.round(between(rng, 0.6, 3.4) * (frame.width / 100));
  for (let g = 0; g < groves; g++) {
    const kind = pickWeighted(rng, [
      ['round-tree', 5],
      ['conifer', 3],
      ['poplar', 1.6],
      ['bush', 3],
    ] as const);
    const middle = rng.uniform() * frame.width;
    const count = 1 + rng.integer(near > 0.9 ? 3 : 4);
    for (let k = 0; k < count; k++) {
      const height = lerp(5, 17, near) * between(rng, 0.7, 1.2) * (kind === 'bush' ? 0.42 : 1);
      const x = middle + (k - (count - 1) / 2) * height * between(rng, 0.5, 0.85);
      add(kind, x, height, kind === 'conifer' ? mix(pick(rng, leaves), '#2f7463', 0.6) : pick(rng, leaves), '#7a5a44');
    }
  }
  if (near > 0.2 && near < 0.95 && chance(rng, 0.34)) {
    const kind = pick(rng, ['cottage', 'barn', 'windmill'] as const);
    const height = lerp(5, 11, near) * (kind === 'windmill' ? 1.4 : 1);
    const roof = pick(rng, ['#d0604c', '#b5654a', '#7d6a8c', '#c98a3f']);
    add(kind, between(rng, 0.12, 0.88) * frame.width, height, kind === 'barn' ? '#c8553f' : '#fff6e6', roof);
  }
  return landmarks.sort((a, b) => a.height - b.height);
}

function describeBands(rng: Rng, top: number, bottom: number, grass: Colour, light: Light): Landscape['bands'] {
  return Array.from({ length: 2 + rng.integer(3) }, () => {
    const y = lerp(top, bottom, between(rng, 0.2, 0.95));
    const colour = mix(grass, chance(rng, 0.5) ? '#ffffff' : '#2f6d4a', between(rng, 0.08, 0.2));
    return {
      left: y + between(rng, -7, 7),
      right: y + between(rng, -7, 7),
      thick: between(rng, 3, 8),
      colour: lit(colour, light.tint),
    };
  });
}

/** The middle line of a winding path from the lower edge to the top of the meadow. */
function describePath(rng: Rng, { width, height }: Frame, meadowTop: number): Point[] {
  const start = between(rng, 0.1, 0.9) * width;
  const swing = between(rng, -26, 26);
  const phase = between(rng, 0, 3);
  return Array.from({ length: 9 }, (_, i) => {
    const t = i / 8;
    return [
      start + swing * t + 9 * (1 - t) * Math.sin(phase + 5 * t),
      lerp(height + 2, meadowTop + 0.5, 1 - (1 - t) ** 1.7),
    ];
  });
}

function describeFence(rng: Rng, meadowTop: number, bottom: number, light: Light): Fence {
  const depth = between(rng, 0.1, 0.26);
  return {
    y: lerp(meadowTop, bottom, depth),
    slope: between(rng, -0.05, 0.05),
    height: lerp(5, 9, depth * 3),
    colour: lit(pick(rng, ['#fdf6ea', '#fdf6ea', '#a97d58', '#8d6a50', '#c79a6b']), light.tint),
  };
}

function describeItems(
  rng: Rng,
  { width, height }: Frame,
  meadowTop: number,
  grass: Colour,
  light: Light,
): GroundItem[] {
  const flowers = pick(rng, FLOWERS);
  const lushness = between(rng, 0.35, 1.25);
  const items: GroundItem[] = [];
  const add = (kind: GroundItem['kind'], x: number, depth: number, colour: Colour) => {
    const size = lerp(0.9, 3.1, depth) * between(rng, 0.8, 1.2);
    items.push({
      kind,
      x,
      y: lerp(meadowTop + 2.5, height + 1.5, depth),
      size,
      colour: lit(colour, light.tint),
      shape: rng.uniform(),
    });
  };
  const area = (width * (height - meadowTop)) / 5500;
  for (let i = Math.round(34 * area); i > 0; i--) {
    const darker = mix(grass, chance(rng, 0.6) ? '#2c6b45' : '#f4f7a8', between(rng, 0.2, 0.4));
    add('tuft', rng.uniform() * width, rng.uniform() ** 0.8, darker);
  }
  for (let i = Math.round(9 * lushness * area); i > 0; i--) {
    const kind = chance(rng, 0.7) ? 'daisy' : 'tulip';
    const [middle, depth, colour] = [rng.uniform() * width, rng.uniform() ** 0.7, pick(rng, flowers)];
    for (let k = 1 + rng.integer(4); k > 0; k--) {
      add(
        kind,
        middle + rng.normal() * lerp(2, 6, depth),
        Math.min(1, Math.max(0, depth + rng.normal() * 0.03)),
        colour,
      );
    }
  }
  for (let i = rng.integer(4); i > 0; i--) add('stone', rng.uniform() * width, rng.uniform(), '#b9b7b4');
  return items.sort((a, b) => a.y - b.y);
}
