import { createRng } from '@instagan/core/data';
import type { AnimalPose, AnimalSetting, GiraffeLook } from './animal.ts';
import { lerp } from './choice.ts';
import { type Colour, lit, mix } from './colour.ts';
import { drawGiraffeHead } from './giraffe-head.ts';
import type { GiraffePalette } from './giraffe-palette.ts';
import { footOffset, type Leg, limb } from './limbs.ts';
import { element, ellipse, group, num, type Point, path, rounded, smooth } from './svg.ts';
import { type Bounds, jitteredCells } from './voronoi.ts';

interface Build {
  readonly legLength: number;
  readonly neckLength: number;
  readonly headSize: number;
}

const ADULT: Build = { legLength: 60, neckLength: 76, headSize: 1.14 };
const CALF: Build = { legLength: 62, neckLength: 52, headSize: 1.3 };

/** Half the width of the neck at its foot and below the head. */
const NECK_HALF_WIDTHS = [16, 6.8] as const;

/**
 * One giraffe as SVG, in animal units around the point of the ground below its body: about 100 wide and, with the neck
 * up, 190 high.
 */
export function drawGiraffe(pose: AnimalPose, look: GiraffeLook, setting: AnimalSetting): string {
  const colours = palette(look, setting.light);
  const build = look.young ? CALF : ADULT;
  const lying = pose.posture === 'lying';
  const drop = lying ? build.legLength - 3 : 0;
  const stroke = Math.max(1.9, 0.6 / setting.pxPerAnimalUnit);
  const grazing = lying ? 0 : Math.max(0, 1 - pose.headLift / 0.4);
  const tilt = 7 * grazing;
  const trunk = body(build, drop);
  const spine = neckSpine(pose, look, build, drop, grazing);
  const neck = neckOutline(spine);
  const legs = lying ? [] : LEGS.map((leg) => ({ leg, d: legPath(pose, build, leg, grazing) }));
  const near = legs.filter(({ leg }) => leg.side === 'near').map(({ d }) => d);
  const tip = spine[spine.length - 1] as Point;
  const outlined = (d: string, fill: Colour) => path(d, { fill, stroke: colours.edge, 'stroke-width': stroke });
  const tilted = (content: string) => group(content, { transform: `rotate(${num(tilt)} -20 ${num(-70 + drop)})` });
  return [
    ...legs
      .filter(({ leg }) => leg.side === 'far')
      .map(
        ({ leg, d }) =>
          path(d, { fill: colours.coatFar, stroke: colours.edge, 'stroke-width': stroke * 0.7 }) +
          hoof(pose, build, leg, grazing, colours),
      ),
    lying ? foldedLegs(colours, stroke) : '',
    tilted(tail(pose, drop, colours)),
    mane(spine, colours),
    outlined(neck, colours.coat),
    tilted(outlined(trunk, colours.coat)),
    ...near.map((d) => outlined(d, colours.coat)),
    path(neck, { fill: colours.coat }),
    tilted(path(trunk, { fill: colours.coat }) + bodyPatches(trunk, look, colours, setting.id, drop)),
    ...near.map((d) => path(d, { fill: colours.coat })),
    legPatches(near, look, colours, setting.id),
    ...legs.filter(({ leg }) => leg.side === 'near').map(({ leg }) => hoof(pose, build, leg, grazing, colours)),
    lying ? haunch(colours, stroke) : '',
    neckPatches(neck, spine, look, colours, setting.id),
    drawGiraffeHead(pose, tip, build.headSize, colours, setting),
  ].join('');
}

const LEGS: readonly Leg[] = [
  { end: 'hind', side: 'far' },
  { end: 'front', side: 'far' },
  { end: 'hind', side: 'near' },
  { end: 'front', side: 'near' },
];

function palette(look: GiraffeLook, light: Colour): GiraffePalette {
  const under = (colour: Colour) => lit(colour, light);
  return {
    coat: under(look.coat),
    coatFar: under(mix(look.coat, '#7a5040', 0.3)),
    belly: under(mix(look.coat, '#ffffff', 0.4)),
    edge: under(mix(look.patches, '#3a2018', 0.45)),
    patch: under(look.patches),
    mane: under(look.mane),
    hoof: under('#4a352e'),
    muzzle: under(mix(look.coat, '#fff4e2', 0.55)),
    dark: under('#33211f'),
  };
}

/** The trunk: low at the rump, high at the withers. */
function body(build: Build, drop: number): string {
  const top = -build.legLength + drop;
  const points: Point[] = [
    [-35, top - 20],
    [-29, top - 33],
    [-12, top - 38],
    [8, top - 43],
    [24, top - 47],
    [36, top - 34],
    [37, top - 18],
    [28, top - 5],
    [6, top - 3],
    [-18, top - 4],
    [-32, top - 6],
  ];
  return smooth(points);
}

/** Points along the middle of the neck, from inside the shoulder to behind the jaw. */
function neckSpine(pose: AnimalPose, look: GiraffeLook, build: Build, drop: number, grazing: number): Point[] {
  const lift = pose.posture === 'lying' ? Math.max(pose.headLift, 0.55) : pose.headLift;
  const angle = (lift < 0.4 ? lerp(136, 62, lift / 0.4) : lerp(62, 12, (lift - 0.4) / 0.6)) * (Math.PI / 180);
  const length = build.neckLength * look.neck * (1 + 0.1 * grazing);
  const base: Point = [20, -build.legLength - 28 + drop + 4 * grazing];
  const end: Point = [base[0] + 8 + length * Math.sin(angle), base[1] - 8 - length * Math.cos(angle)];
  const bow = 9 * Math.cos(angle) + 6 * grazing;
  const control: Point = [
    (base[0] + end[0]) / 2 + bow * Math.cos(angle) + 5 * grazing,
    (base[1] + end[1]) / 2 + bow * Math.sin(angle) - 6 * grazing,
  ];
  return Array.from({ length: 9 }, (_, i) => {
    const t = i / 8;
    const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t * t];
    return [a * base[0] + b * control[0] + c * end[0], a * base[1] + b * control[1] + c * end[1]];
  });
}

/** The point at share `u` of the neck and `v` half-widths to the nape (-1) or the throat (1). */
function neckPoint(spine: readonly Point[], u: number, v: number): Point {
  const last = spine.length - 1;
  const i = Math.min(last - 1, Math.max(0, Math.floor(u * last)));
  const t = u * last - i;
  const [from, to] = [spine[i] as Point, spine[i + 1] as Point];
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const normal: Point = [-(to[1] - from[1]) / length, (to[0] - from[0]) / length];
  const half = lerp(NECK_HALF_WIDTHS[0], NECK_HALF_WIDTHS[1], 1 - (1 - Math.min(1, Math.max(0, u))) ** 1.6);
  return [lerp(from[0], to[0], t) + normal[0] * v * half, lerp(from[1], to[1], t) + normal[1] * v * half];
}

function neckOutline(spine: readonly Point[]): string {
  const shares = spine.map((_, i) => i / (spine.length - 1));
  const nape = shares.map((u) => neckPoint(spine, u, -1));
  const throat = shares.map((u) => neckPoint(spine, u, 1));
  return smooth([...nape, ...throat.reverse()]);
}

/** A brush of short hair along the nape. */
function mane(spine: readonly Point[], colours: GiraffePalette): string {
  const steps = 22;
  const outer = Array.from({ length: steps + 1 }, (_, i) => {
    const u = 0.12 + (0.9 * i) / steps;
    const reach = (i % 2 === 0 ? 4.2 : 5.8) * Math.min(1, 3 * (i / steps) + 0.2);
    return offset(spine, u, reach);
  });
  const inner = Array.from({ length: steps + 1 }, (_, i) => neckPoint(spine, 0.12 + (0.9 * i) / steps, -0.4));
  return path(smooth([...outer, ...inner.reverse()]), { fill: colours.mane });
}

/** A point outside the nape, `distance` from it. */
function offset(spine: readonly Point[], u: number, distance: number): Point {
  const edge = neckPoint(spine, u, -1);
  const middle = neckPoint(spine, u, 0);
  const half = Math.hypot(edge[0] - middle[0], edge[1] - middle[1]);
  return [edge[0] + ((edge[0] - middle[0]) / half) * distance, edge[1] + ((edge[1] - middle[1]) / half) * distance];
}

function tail(pose: AnimalPose, drop: number, colours: GiraffePalette): string {
  const sway = 4 * Math.sin(pose.legPhase);
  const [x, y] = [-33, -88 + drop];
  const end: Point = [x - 9 + sway, Math.min(y + 36, -10)];
  const line = `M${x} ${num(y)}Q${num(x - 13)} ${num(y + 8)} ${num(end[0])} ${num(end[1])}`;
  return (
    path(line, { fill: 'none', stroke: colours.edge, 'stroke-width': 5 }) +
    path(line, { fill: 'none', stroke: colours.coat, 'stroke-width': 3 }) +
    ellipse(end[0], end[1] + 5, 4, 8, { fill: colours.mane })
  );
}

/** Where one leg stands: splayed in front when the head is down to the grass. */
function stance(pose: AnimalPose, build: Build, leg: Leg, grazing: number): { hip: Point; knee: Point; foot: Point } {
  const { forward, up } = footOffset(pose, leg);
  const far = leg.side === 'far';
  const front = leg.end === 'front';
  const splay = front ? grazing * (far ? 17 : -9) : grazing * (far ? 3 : -5);
  const hipX = (front ? 26 : -25) + (far ? (front ? -9 : 10) : 0);
  const hip: Point = [hipX, -build.legLength - (front ? 14 : 10)];
  const foot: Point = [hipX + forward * build.legLength + splay, -up * build.legLength - (far ? 2 : 0)];
  const kneeY = -build.legLength * 0.48 - up * 20;
  const bend = front ? 1 + 50 * up : -1.5 - 40 * up;
  return { hip, knee: [lerp(hip[0], foot[0], (kneeY - hip[1]) / (foot[1] - hip[1])) + bend, kneeY], foot };
}

function legPath(pose: AnimalPose, build: Build, leg: Leg, grazing: number): string {
  const { hip, knee, foot } = stance(pose, build, leg, grazing);
  return limb(hip, knee, foot, [leg.end === 'front' ? 17 : 21, 9.6, 7.4]);
}

function hoof(pose: AnimalPose, build: Build, leg: Leg, grazing: number, colours: GiraffePalette): string {
  const [x, y] = stance(pose, build, leg, grazing).foot;
  const colour = leg.side === 'far' ? mix(colours.hoof, '#000000', 0.25) : colours.hoof;
  return path(limb([x, y - 6], [x + 0.3, y - 3], [x + 0.8, y], [8.2, 9.2, 10.6]), { fill: colour });
}

function foldedLegs(colours: GiraffePalette, stroke: number): string {
  const shape = { fill: colours.coatFar, stroke: colours.edge, 'stroke-width': stroke * 0.6 };
  return (
    path('M20 -10L52 -9Q58 -6 52 -2L18 0Z', shape) +
    path('M-26 -6L14 -6Q20 -3 14 0L-26 0Z', { ...shape, fill: colours.coat }) +
    ellipse(15, -2.6, 4.4, 2.8, { fill: colours.hoof }) +
    ellipse(22, -2.2, 4.4, 2.8, { fill: colours.hoof })
  );
}

function haunch(colours: GiraffePalette, stroke: number): string {
  return path('M-30 -14Q-24 -30 -8 -24Q2 -16 -4 -6', {
    fill: 'none',
    stroke: colours.edge,
    'stroke-width': stroke * 0.7,
    'stroke-linecap': 'round',
    opacity: 0.55,
  });
}

function bodyPatches(trunk: string, look: GiraffeLook, colours: GiraffePalette, id: string, drop: number): string {
  const rng = createRng(look.texture, 'body');
  const bounds: Bounds = [-42, -112 + drop, 44, -58 + drop];
  const cells = jitteredCells(rng, bounds, look.patchSize, look.patchSize * 0.24);
  const light = ellipse(2, -58 + drop, 34, 9, { fill: colours.belly, opacity: 0.75 });
  return (
    element('clipPath', { id: `${id}-body` }, path(trunk, {})) +
    group(path(cells.map((cell) => rounded(cell, 0.26)).join(''), { fill: colours.patch }) + light, {
      'clip-path': `url(#${id}-body)`,
    })
  );
}

function legPatches(legs: readonly string[], look: GiraffeLook, colours: GiraffePalette, id: string): string {
  if (legs.length === 0) return '';
  const rng = createRng(look.texture, 'legs');
  const cells = jitteredCells(rng, [-44, -76, 50, -36], look.patchSize * 0.66, look.patchSize * 0.24);
  return (
    element('clipPath', { id: `${id}-legs` }, legs.map((d) => path(d, {})).join('')) +
    group(path(cells.map((cell) => rounded(cell, 0.26)).join(''), { fill: colours.patch }), {
      'clip-path': `url(#${id}-legs)`,
    })
  );
}

/** Patches laid out on the straight neck and bent with it. */
function neckPatches(
  neck: string,
  spine: readonly Point[],
  look: GiraffeLook,
  colours: GiraffePalette,
  id: string,
): string {
  const rng = createRng(look.texture, 'neck');
  const length = 84;
  const width = 11;
  const cells = jitteredCells(
    rng,
    [-width, length * 0.16, width, length * 0.9],
    look.patchSize * 0.82,
    look.patchSize * 0.22,
  );
  const bent = cells.map((cell) =>
    rounded(
      cell.map(([across, along]) => neckPoint(spine, Math.min(1, along / length), across / width)),
      0.26,
    ),
  );
  return (
    element('clipPath', { id: `${id}-neck` }, path(neck, {})) +
    group(path(bent.join(''), { fill: colours.patch }), { 'clip-path': `url(#${id}-neck)` })
  );
}
