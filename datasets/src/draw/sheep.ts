import { createRng } from '@instagan/core/data';
import type { AnimalPose, AnimalSetting, SheepLook } from './animal.ts';
import { between, lerp } from './choice.ts';
import { brightness, type Colour, lit, mix } from './colour.ts';
import { footOffset, type Leg, limb } from './limbs.ts';
import { circle, element, ellipse, group, num, type Point, path, scallops, smooth } from './svg.ts';

const LEGS: readonly Leg[] = [
  { end: 'hind', side: 'far' },
  { end: 'front', side: 'far' },
  { end: 'hind', side: 'near' },
  { end: 'front', side: 'near' },
];

interface Palette {
  readonly wool: Colour;
  readonly woolShade: Colour;
  readonly woolLight: Colour;
  readonly edge: Colour;
  readonly face: Colour;
  readonly ear: Colour;
  readonly feature: Colour;
  readonly leg: Colour;
  readonly legFar: Colour;
  readonly eye: Colour;
  readonly horn: Colour;
}

/**
 * One sheep as SVG, in animal units around the point of the ground below its body: a cloud of wool about 95 wide and 60
 * high on four legs, the head in front.
 */
export function drawSheep(pose: AnimalPose, look: SheepLook, setting: AnimalSetting): string {
  const colours = palette(look, setting.light);
  const lying = pose.posture === 'lying';
  const legLength = lying ? 0 : look.young ? 30 : 25;
  const [rx, ry] = look.young ? [34 * look.girth, 21 * look.girth] : [44 * look.girth, 27 * look.girth];
  const bob = 1.5 * pose.stride * Math.cos(2 * pose.legPhase);
  const centre: Point = [0, -(legLength + ry * 0.86 - (lying ? 3 : 0)) + bob];
  const stroke = Math.max(2.2, 0.7 / setting.pxPerAnimalUnit);
  const parts = [
    ...LEGS.filter((leg) => leg.side === 'far').map((leg) => drawLeg(pose, leg, centre, rx, legLength, colours)),
    drawTail(centre, rx, look, colours, stroke),
    ...(lying ? [drawFoldedLegs(rx, colours)] : []),
    ...LEGS.filter((leg) => leg.side === 'near').map((leg) => drawLeg(pose, leg, centre, rx, legLength, colours)),
    drawBody(centre, rx, ry, look, colours, setting.id, stroke),
    drawHead(pose, look, centre, rx, ry, colours, setting, stroke),
  ];
  return group(parts.join(''));
}

function palette(look: SheepLook, light: Colour): Palette {
  const dark = brightness(look.wool) < 0.4;
  const darkFace = brightness(look.face) < 0.5;
  const under = (colour: Colour) => lit(colour, light);
  return {
    wool: under(look.wool),
    woolShade: under(mix(look.wool, dark ? '#15121c' : '#6d6a8c', dark ? 0.38 : 0.3)),
    woolLight: under(mix(look.wool, '#ffffff', dark ? 0.13 : 0.55)),
    edge: under(mix(look.wool, dark ? '#08070c' : '#4f4a6a', dark ? 0.5 : 0.46)),
    face: under(look.face),
    ear: under(mix(look.face, darkFace ? '#ffffff' : '#b0585c', 0.16)),
    feature: under(darkFace ? mix(look.face, '#000000', 0.6) : mix(look.face, '#3a2327', 0.8)),
    leg: under(look.legs),
    legFar: under(mix(look.legs, '#1a1426', 0.35)),
    eye: under(darkFace ? '#ffffff' : '#2a1d24'),
    horn: under('#d9bd8b'),
  };
}

function drawLeg(pose: AnimalPose, leg: Leg, centre: Point, rx: number, length: number, colours: Palette): string {
  if (length === 0) return '';
  const { forward, up } = footOffset(pose, leg);
  const far = leg.side === 'far';
  const hipX = (leg.end === 'front' ? 0.52 : -0.56) * rx + (far ? 9 : 0);
  const hip: Point = [hipX, centre[1] + 8];
  const foot: Point = [hipX + forward * length * 1.5, -up * length - (far ? 1.6 : 0)];
  const bend = leg.end === 'front' ? 2 : -2;
  const knee: Point = [(hip[0] + foot[0]) / 2 + bend * pose.stride, (hip[1] + foot[1]) / 2];
  const colour = far ? colours.legFar : colours.leg;
  return (
    path(limb(hip, knee, [foot[0], foot[1] - 2], [12, 8.6, 7.6]), { fill: colour }) +
    path(limb([foot[0], foot[1] - 5], [foot[0], foot[1] - 2.5], [foot[0] + 0.8, foot[1]], [8, 8.6, 9.6]), {
      fill: mix(colour, '#000000', 0.4),
    })
  );
}

function drawFoldedLegs(rx: number, colours: Palette): string {
  return (
    ellipse(0.72 * rx, -4, 15, 4.6, { fill: colours.leg }) + ellipse(-0.42 * rx, -3.6, 16, 4.4, { fill: colours.leg })
  );
}

function drawTail(centre: Point, rx: number, look: SheepLook, colours: Palette, stroke: number): string {
  const [x, y] = [centre[0] - rx * 0.98, centre[1] - 2];
  const [width, height] = look.young ? [6, 12] : [7, 9];
  return ellipse(x - 2, y + (look.young ? 5 : 2), width, height, {
    fill: colours.wool,
    stroke: colours.edge,
    'stroke-width': stroke,
    transform: `rotate(${look.young ? 14 : 22} ${num(x)} ${num(y)})`,
  });
}

function drawBody(
  centre: Point,
  rx: number,
  ry: number,
  look: SheepLook,
  colours: Palette,
  id: string,
  stroke: number,
): string {
  const rng = createRng(look.texture, 'wool');
  const outline = scallops(cloud(rng.uniform, centre, rx, ry, look.young ? 12 : 14));
  const crown = scallops(cloud(rng.uniform, [centre[0] + 2, centre[1] - ry * 0.3], rx * 0.93, ry * 0.82, 12));
  const shine = scallops(cloud(rng.uniform, [centre[0] + 4, centre[1] - ry * 0.62], rx * 0.62, ry * 0.4, 9));
  const curls = Array.from({ length: look.young ? 6 : 9 }, (_, i) => {
    const angle = (i * 2.4 + between(rng, -0.3, 0.3)) % (2 * Math.PI);
    const radius = 0.28 + 0.5 * Math.sqrt((i + 0.5) / 9);
    const [x, y] = [centre[0] + rx * radius * Math.cos(angle), centre[1] + ry * radius * Math.sin(angle)];
    const r = between(rng, 3.2, 4.6);
    return `M${num(x - r)} ${num(y)}A${num(r)} ${num(r)} 0 0 0 ${num(x + r)} ${num(y)}`;
  }).join('');
  const inside = [
    path(crown, { fill: colours.wool }),
    path(shine, { fill: colours.woolLight }),
    path(curls, { fill: 'none', stroke: colours.woolShade, 'stroke-width': 1.9, 'stroke-linecap': 'round' }),
  ];
  return (
    element('clipPath', { id: `${id}-wool` }, path(outline, {})) +
    path(outline, { fill: colours.woolShade, stroke: colours.edge, 'stroke-width': stroke }) +
    group(inside.join(''), { 'clip-path': `url(#${id}-wool)` })
  );
}

/** Points around an ellipse, a little flat below, unevenly spaced. */
function cloud(uniform: () => number, [x, y]: Point, rx: number, ry: number, count: number): Point[] {
  const start = uniform();
  return Array.from({ length: count }, (_, i) => {
    const angle = ((i + start + 0.35 * (uniform() - 0.5)) / count) * 2 * Math.PI;
    const bulge = 0.95 + 0.07 * uniform();
    return [x + rx * bulge * 0.94 * Math.cos(angle), y + ry * bulge * 0.9 * Math.sin(angle)];
  });
}

function drawHead(
  pose: AnimalPose,
  look: SheepLook,
  centre: Point,
  rx: number,
  ry: number,
  colours: Palette,
  setting: AnimalSetting,
  stroke: number,
): string {
  const size = look.young ? 1.02 : 1.1;
  const base: Point = [centre[0] + rx * 0.68, centre[1] - ry * 0.25];
  const raised: Point = [centre[0] + rx * 1.04, centre[1] - ry * (look.young ? 1.15 : 0.95)];
  const grazing: Point = [centre[0] + rx * 1.2, Math.min(-12, centre[1] + ry * 1.25)];
  const head: Point = [lerp(grazing[0], raised[0], pose.headLift), lerp(grazing[1], raised[1], pose.headLift)];
  const end: Point = [lerp(base[0], head[0], 0.85), lerp(base[1], head[1], 0.85)];
  const neck = path(capsule(base, end, look.young ? 11 : 15, look.young ? 9.5 : 11.5), {
    fill: colours.wool,
    stroke: colours.edge,
    'stroke-width': stroke * 0.6,
  });
  const eyeRadius = Math.max(2.6, 0.62 / (setting.pxPerAnimalUnit * size));
  const viewer = pose.gaze === 'viewer';
  const tilt = viewer ? 0 : lerp(58, 4, pose.headLift);
  const face = viewer ? faceToViewer(look, colours, eyeRadius) : faceAhead(look, colours, eyeRadius);
  return (
    neck + group(face, { transform: `translate(${num(head[0])} ${num(head[1])}) rotate(${num(tilt)}) scale(${size})` })
  );
}

/** Path data around two circles of radius `fromR` and `toR`. */
function capsule(from: Point, to: Point, fromR: number, toR: number): string {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const normal: Point = [-(to[1] - from[1]) / length, (to[0] - from[0]) / length];
  const at = ([x, y]: Point, r: number) => `${num(x + normal[0] * r)} ${num(y + normal[1] * r)}`;
  const arc = (r: number) => `A${num(r)} ${num(r)} 0 0 1`;
  return `M${at(from, -fromR)}L${at(to, -toR)}${arc(toR)} ${at(to, toR)}L${at(from, fromR)}${arc(fromR)} ${at(from, -fromR)}Z`;
}

/** The head from the side, its middle at the origin, about 34 long. */
function faceAhead(look: SheepLook, colours: Palette, eyeRadius: number): string {
  const skull: Point[] = [
    [-12, -8],
    [-3, -13],
    [8, -10],
    [18, -1],
    [23, 6],
    [20, 13],
    [10, 14],
    [-2, 11],
    [-11, 4],
  ];
  const ear: Point[] = [
    [-5, -7],
    [-13, -10],
    [-22, -5],
    [-24, 1],
    [-15, 1],
  ];
  return [
    path(smooth(skull), { fill: colours.face, stroke: mix(colours.face, '#000000', 0.25), 'stroke-width': 1 }),
    woolCap(-6, -12, 10, look, colours),
    look.horns ? horn(-7, -6, 1, colours) : '',
    path(smooth(ear), { fill: colours.ear, stroke: colours.feature, 'stroke-width': 0.9 }),
    eye(5, -3, eyeRadius, colours),
    ellipse(19.5, 5.5, 1.7, 1.2, { fill: colours.feature }),
    path('M20 10.5Q15 12 12 8.5', {
      fill: 'none',
      stroke: colours.feature,
      'stroke-width': 1.3,
      'stroke-linecap': 'round',
    }),
  ].join('');
}

/** The head from the front, its middle at the origin, about 34 high. */
function faceToViewer(look: SheepLook, colours: Palette, eyeRadius: number): string {
  const skull: Point[] = [
    [-11, -8],
    [0, -13],
    [11, -8],
    [10, 4],
    [6.5, 15],
    [0, 18],
    [-6.5, 15],
    [-10, 4],
  ];
  const ear = (side: number): Point[] => [
    [8 * side, -7],
    [17 * side, -10],
    [26 * side, -4],
    [24 * side, 1],
    [14 * side, 0],
  ];
  const ears = [-1, 1].map((side) =>
    path(smooth(ear(side)), { fill: colours.ear, stroke: colours.feature, 'stroke-width': 0.9 }),
  );
  return [
    ...ears,
    path(smooth(skull), { fill: colours.face, stroke: mix(colours.face, '#000000', 0.25), 'stroke-width': 1 }),
    woolCap(0, -12, 11, look, colours),
    ...(look.horns ? [horn(-10, -8, 1, colours), horn(10, -8, -1, colours)] : []),
    eye(-5.4, -1, eyeRadius, colours),
    eye(5.4, -1, eyeRadius, colours),
    path('M-3 9.5Q0 8 3 9.5L0 12.5Z', { fill: colours.feature }),
    path('M0 12.5V14M-3.4 14.6Q-1.5 16 0 14Q1.5 16 3.4 14.6', {
      fill: 'none',
      stroke: colours.feature,
      'stroke-width': 1.1,
    }),
  ].join('');
}

function woolCap(x: number, y: number, r: number, look: SheepLook, colours: Palette): string {
  const rng = createRng(look.texture, 'cap');
  return path(scallops(cloud(rng.uniform, [x, y], r, r * 0.7, 7)), {
    fill: colours.wool,
    stroke: colours.edge,
    'stroke-width': 1.1,
  });
}

function horn(x: number, y: number, side: number, colours: Palette): string {
  const curl = `M${x} ${y}q${-9 * side} -6 ${-11 * side} 3q0 9 ${8 * side} 8q5 -2 ${2 * side} -6`;
  return (
    path(curl, {
      fill: 'none',
      stroke: mix(colours.horn, '#3a2a1a', 0.55),
      'stroke-width': 6,
      'stroke-linecap': 'round',
    }) + path(curl, { fill: 'none', stroke: colours.horn, 'stroke-width': 4.2, 'stroke-linecap': 'round' })
  );
}

function eye(x: number, y: number, r: number, colours: Palette): string {
  const bright = brightness(colours.eye) > 0.4;
  return bright
    ? circle(x, y, r * 1.15, { fill: colours.eye }) + circle(x + 0.5, y + 0.2, r * 0.62, { fill: '#191320' })
    : circle(x, y, r, { fill: colours.eye }) + circle(x + r * 0.3, y - r * 0.35, r * 0.34, { fill: '#ffffff' });
}
