import { mix } from './colour.ts';
import type { Landmark } from './landscape.ts';
import { circle, element, ellipse, group, num, path, rounded, straight } from './svg.ts';

/** One tree or house standing at its point of the ridge. */
export function drawLandmark(landmark: Landmark): string {
  const content = DRAWINGS[landmark.kind](landmark);
  const scale = landmark.height / 10;
  return group(content, { transform: `translate(${num(landmark.x)} ${num(landmark.y)}) scale(${num(scale)})` });
}

/** Each drawing is 10 units high and stands on the origin. */
const DRAWINGS: Record<Landmark['kind'], (landmark: Landmark) => string> = {
  'round-tree': ({ colour, accent }) =>
    trunk(accent, 4.5, 1) +
    circle(-1.7, -5.2, 2.3, { fill: mix(colour, '#1f3a4a', 0.16) }) +
    circle(1.8, -5.3, 2.4, { fill: mix(colour, '#1f3a4a', 0.16) }) +
    circle(0, -7, 2.9, { fill: colour }) +
    circle(-1.2, -5.8, 2, { fill: colour }) +
    circle(-0.8, -7.9, 1.5, { fill: mix(colour, '#ffffff', 0.2) }),
  conifer: ({ colour, accent }) =>
    trunk(accent, 2.2, 0.9) +
    [
      [-1.2, 3, 4.2],
      [-3.6, 2.5, 3.9],
      [-6, 1.9, 4],
    ]
      .map(([base = 0, half = 0, height = 0], i) =>
        path(
          rounded(
            [
              [-half, base],
              [0, base - height],
              [half, base],
            ],
            0.12,
          ),
          { fill: mix(colour, i === 2 ? '#ffffff' : '#14304a', [0.16, 0.06, 0.1][i] as number) },
        ),
      )
      .join(''),
  poplar: ({ colour, accent }) =>
    trunk(accent, 2.4, 0.7) +
    ellipse(0, -5.4, 1.55, 4.6, { fill: mix(colour, '#1f3a4a', 0.1) }) +
    ellipse(-0.4, -5.8, 0.85, 3.6, { fill: mix(colour, '#ffffff', 0.13) }),
  bush: ({ colour }) =>
    circle(-4.6, -3, 4, { fill: mix(colour, '#1f3a4a', 0.16) }) +
    circle(4.4, -3.2, 4.2, { fill: mix(colour, '#1f3a4a', 0.12) }) +
    circle(0, -4.6, 5.2, { fill: colour }) +
    circle(-1.6, -6.2, 2.6, { fill: mix(colour, '#ffffff', 0.16) }),
  cottage: ({ colour, accent }) =>
    element('rect', { x: 3, y: -10, width: 1.6, height: 4, fill: mix(accent, '#4a2f2f', 0.4) }) +
    element('rect', { x: -5.6, y: -5.4, width: 11.2, height: 5.6, fill: colour }) +
    path(
      straight([
        [-7, -5],
        [-4.4, -9.4],
        [4.4, -9.4],
        [7, -5],
      ]),
      { fill: accent },
    ) +
    element('rect', { x: -1, y: -3.6, width: 2.2, height: 3.8, rx: 0.8, fill: mix(accent, '#3a2a2a', 0.4) }) +
    element('rect', { x: -4.4, y: -3.9, width: 2, height: 2, fill: '#6f93b0' }) +
    element('rect', { x: 2.8, y: -3.9, width: 2, height: 2, fill: '#6f93b0' }),
  barn: ({ colour, accent }) =>
    path(
      straight([
        [-5, 0.2],
        [-5, -5.2],
        [-3.6, -8.2],
        [0, -10],
        [3.6, -8.2],
        [5, -5.2],
        [5, 0.2],
      ]),
      { fill: colour },
    ) +
    path('M-5.6 -4.8L-4 -8.5L0 -10.4L4 -8.5L5.6 -4.8', {
      fill: 'none',
      stroke: mix(accent, '#3a2a3a', 0.3),
      'stroke-width': 1.1,
      'stroke-linejoin': 'round',
    }) +
    element('rect', { x: -2, y: -4.2, width: 4, height: 4.4, fill: '#fff3e2' }) +
    path('M-2 -4.2L2 0.2M2 -4.2L-2 0.2', { stroke: colour, 'stroke-width': 0.6 }),
  windmill: ({ colour, accent }) =>
    path(
      straight([
        [-2.3, 0.2],
        [-1.5, -7],
        [1.5, -7],
        [2.3, 0.2],
      ]),
      { fill: colour },
    ) +
    path('M-1.9 -6.8Q0 -10 1.9 -6.8Z', { fill: accent }) +
    element('rect', { x: -0.7, y: -2.3, width: 1.4, height: 2.5, rx: 0.6, fill: mix(accent, '#3a2a2a', 0.4) }) +
    [20, 110, 200, 290]
      .map((angle) =>
        element('rect', {
          x: -0.55,
          y: -4.6,
          width: 1.1,
          height: 4.2,
          fill: mix(colour, accent, 0.35),
          transform: `translate(0 -7.2) rotate(${angle})`,
        }),
      )
      .join('') +
    circle(0, -7.2, 0.6, { fill: accent }),
};

function trunk(colour: string, height: number, width: number): string {
  return element('rect', { x: -width / 2, y: -height, width, height: height + 0.3, fill: colour });
}
