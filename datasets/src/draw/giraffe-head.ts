import type { AnimalPose, AnimalSetting } from './animal.ts';
import { lerp } from './choice.ts';
import type { GiraffePalette } from './giraffe-palette.ts';
import { circle, ellipse, group, num, type Point, path, smooth } from './svg.ts';

/** A giraffe's head with ears and ossicones, the end of the neck at `tip`. */
export function drawGiraffeHead(
  pose: AnimalPose,
  tip: Point,
  size: number,
  colours: GiraffePalette,
  setting: AnimalSetting,
): string {
  const eyeRadius = Math.max(2.5, 0.6 / (setting.pxPerAnimalUnit * size));
  const viewer = pose.gaze === 'viewer';
  const low = Math.max(0, 1 - pose.headLift / 0.4);
  const tilt = viewer ? 0 : pose.posture === 'lying' ? 14 : lerp(lerp(22, 6, pose.headLift), 66, low);
  const face = viewer ? faceToViewer(colours, eyeRadius) : faceAhead(colours, eyeRadius);
  return group(face, { transform: `translate(${num(tip[0])} ${num(tip[1])}) rotate(${num(tilt)}) scale(${size})` });
}

/** From the side, about 36 long. */
function faceAhead(colours: GiraffePalette, eyeRadius: number): string {
  const skull: Point[] = [
    [-8, 2],
    [-7, -7],
    [1, -12],
    [10, -10],
    [20, -4],
    [28, 0],
    [30, 6],
    [25, 11],
    [14, 10],
    [4, 9],
    [-4, 9],
  ];
  const muzzle: Point[] = [
    [20, -3.6],
    [28, 0],
    [30, 6],
    [25, 11],
    [17, 10.2],
    [17, 3],
  ];
  const edge = { stroke: colours.edge, 'stroke-width': 1.6 };
  return [
    ear(-6, -7, -1, colours),
    ossicone(-3, -9, -3.5, colours),
    ossicone(3.5, -10, 1, colours),
    path(smooth(skull), { fill: colours.coat, ...edge }),
    path(smooth(muzzle), { fill: colours.muzzle }),
    eye(7, -3, eyeRadius, colours),
    ellipse(26, 2.6, 1.2, 1.6, { fill: colours.dark }),
    path('M28.4 7.4Q23 9.4 19.5 6', {
      fill: 'none',
      stroke: colours.dark,
      'stroke-width': 1.2,
      'stroke-linecap': 'round',
    }),
  ].join('');
}

/** From the front, about 36 high. */
function faceToViewer(colours: GiraffePalette, eyeRadius: number): string {
  const skull: Point[] = [
    [-9, -6],
    [0, -12],
    [9, -6],
    [8, 5],
    [8.6, 15],
    [0, 20],
    [-8.6, 15],
    [-8, 5],
  ];
  return [
    ear(-7, -5, -1, colours),
    ear(7, -5, 1, colours),
    ossicone(-4, -9, -2.5, colours),
    ossicone(4, -9, 2.5, colours),
    path(smooth(skull), { fill: colours.coat, stroke: colours.edge, 'stroke-width': 1.6 }),
    ellipse(0, 13.2, 7.6, 6, { fill: colours.muzzle }),
    eye(-5.6, -1.5, eyeRadius, colours),
    eye(5.6, -1.5, eyeRadius, colours),
    ellipse(-2.6, 11.4, 0.9, 1.4, { fill: colours.dark }),
    ellipse(2.6, 11.4, 0.9, 1.4, { fill: colours.dark }),
    path('M-3.4 15.4Q0 17.6 3.4 15.4', {
      fill: 'none',
      stroke: colours.dark,
      'stroke-width': 1.2,
      'stroke-linecap': 'round',
    }),
  ].join('');
}

function ear(x: number, y: number, side: number, colours: GiraffePalette): string {
  const points: Point[] = [
    [x, y + 2],
    [x + 6 * side, y - 6],
    [x + 15 * side, y - 6],
    [x + 13 * side, y + 0.5],
    [x + 6 * side, y + 4],
  ];
  return path(smooth(points), { fill: colours.coatFar, stroke: colours.edge, 'stroke-width': 1.3 });
}

function ossicone(x: number, y: number, lean: number, colours: GiraffePalette): string {
  const line = `M${num(x)} ${num(y + 3)}L${num(x + lean)} ${num(y - 9)}`;
  return (
    path(line, { stroke: colours.edge, 'stroke-width': 5.4 }) +
    path(line, { stroke: colours.coat, 'stroke-width': 3.2 }) +
    circle(x + lean, y - 9.5, 3.4, { fill: colours.mane })
  );
}

function eye(x: number, y: number, r: number, colours: GiraffePalette): string {
  return circle(x, y, r, { fill: colours.dark }) + circle(x + r * 0.3, y - r * 0.35, r * 0.36, { fill: '#ffffff' });
}
