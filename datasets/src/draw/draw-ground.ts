import { lit, mix } from './colour.ts';
import { drawLandmark } from './draw-landmark.ts';
import { type Fence, type Frame, type GroundItem, type Landscape, type Ridge, ridgeAt } from './landscape.ts';
import { circle, ellipse, group, num, type Point, path, smooth, straight, verticalGradient } from './svg.ts';

/** Hills with what stands on them, the meadow, its pond, path and fence. */
export function drawGround(landscape: Landscape, frame: Frame): string {
  const { ridges, light } = landscape;
  const meadow = ridges[ridges.length - 1] as Ridge;
  return [
    ...ridges.map(
      (ridge, i) =>
        (landscape.landmarks[i - 1] ?? []).map(drawLandmark).join('') + drawRidge(ridge, frame, `ridge-${i}`),
    ),
    ...landscape.bands.map(({ left, right, thick, colour }) =>
      path(
        `M0 ${num(left)}Q${num(frame.width / 2)} ${num((left + right) / 2 - thick)} ${num(frame.width)} ${num(right)}Q${num(frame.width / 2)} ${num((left + right) / 2 + thick)} 0 ${num(left)}Z`,
        { fill: colour, opacity: 0.5 },
      ),
    ),
    landscape.path === null ? '' : drawPath(landscape.path, lit('#ecd9ae', light.tint)),
    landscape.pond === null ? '' : drawPond(landscape.pond, landscape),
    (landscape.landmarks[ridges.length - 1] ?? []).map(drawLandmark).join(''),
    landscape.fence === null ? '' : drawFence(landscape.fence, frame, meadow),
  ].join('');
}

function drawRidge(ridge: Ridge, frame: Frame, id: string): string {
  const shape = `${smooth(ridge.line, false)}L${num(frame.width)} ${num(frame.height)}L0 ${num(frame.height)}Z`;
  return (
    verticalGradient(id, [
      [0, ridge.top],
      [0.75, ridge.bottom],
      [1, mix(ridge.bottom, '#1e4a3a', 0.1)],
    ]) + path(shape, { fill: `url(#${id})` })
  );
}

function drawPath(line: readonly Point[], colour: string): string {
  const half = (i: number) => 0.5 + 6.5 * (1 - i / (line.length - 1)) ** 1.8;
  const left = line.map(([x, y], i): Point => [x - half(i), y]);
  const right = line.map(([x, y], i): Point => [x + half(i), y]).reverse();
  return path(`${smooth(left, false)}L${smooth(right, false).slice(1)}Z`, { fill: colour, opacity: 0.85 });
}

function drawPond({ x, y, rx }: { x: number; y: number; rx: number }, { light }: Landscape): string {
  const water = mix(light.sky[1], lit('#6fb7d6', light.tint), 0.65);
  return (
    ellipse(x, y, rx + 1.3, rx * 0.2 + 0.9, { fill: lit('#6f9a5a', light.tint), opacity: 0.7 }) +
    ellipse(x, y, rx, rx * 0.2, { fill: water }) +
    path(`M${num(x - rx * 0.5)} ${num(y - 0.6)}h${num(rx * 0.6)}M${num(x)} ${num(y + 1.1)}h${num(rx * 0.4)}`, {
      stroke: mix(water, '#ffffff', 0.55),
      'stroke-width': 0.6,
      'stroke-linecap': 'round',
    })
  );
}

function drawFence(fence: Fence, frame: Frame, meadow: Ridge): string {
  const { height } = fence;
  const spacing = height * 1.35;
  const posts: Point[] = [];
  for (let x = -spacing / 2; x < frame.width + spacing; x += spacing) {
    posts.push([x, Math.max(fence.y + fence.slope * (x - frame.width / 2), ridgeAt(meadow.line, x) + 1.5)]);
  }
  const rail = (share: number) =>
    straight(
      posts.map(([x, y]) => [x, y - height * share] as const),
      false,
    );
  const shade = mix(fence.colour, '#4a3a4a', 0.3);
  return (
    path(rail(0.42) + rail(0.78), { fill: 'none', stroke: shade, 'stroke-width': height * 0.13 }) +
    posts
      .map(([x, y]) =>
        path(
          `M${num(x - height * 0.1)} ${num(y + 0.3)}V${num(y - height * 0.95)}L${num(x)} ${num(y - height * 1.06)}L${num(x + height * 0.1)} ${num(y - height * 0.95)}V${num(y + 0.3)}Z`,
          { fill: fence.colour },
        ),
      )
      .join('')
  );
}

/** A tuft of grass, a flower or a stone. */
export function drawGroundItem(item: GroundItem): string {
  return group(ITEMS[item.kind](item), {
    transform: `translate(${num(item.x)} ${num(item.y)}) scale(${num(item.size)})`,
  });
}

/** Each drawing is about 1.5 units high and stands on the origin. */
const ITEMS: Record<GroundItem['kind'], (item: GroundItem) => string> = {
  tuft: ({ colour, shape }) => {
    const lean = shape - 0.5;
    return path(
      `M-0.75 0Q-0.8 -0.7 ${num(-1.15 + lean * 0.4)} -1.05Q-0.35 -0.8 -0.2 -0.35Q-0.25 -1 ${num(lean * 0.6)} -1.6Q0.3 -0.9 0.22 -0.35Q0.4 -0.8 ${num(1.1 + lean * 0.4)} -1.15Q0.75 -0.6 0.75 0Z`,
      { fill: colour },
    );
  },
  daisy: ({ colour, shape }) => {
    const petals = Array.from({ length: 5 }, (_, i) => {
      const angle = (i * 2 * Math.PI) / 5 + shape;
      return circle(0.34 * Math.cos(angle), -1.15 + 0.3 * Math.sin(angle), 0.27, { fill: colour });
    });
    return (
      path('M0 0V-1', { stroke: '#4d8a4a', 'stroke-width': 0.16 }) +
      petals.join('') +
      circle(0, -1.15, 0.22, { fill: '#f6b93b' })
    );
  },
  tulip: ({ colour }) =>
    path('M0 0V-0.9M0 -0.1Q0.5 -0.3 0.5 -0.8M0 -0.1Q-0.5 -0.3 -0.45 -0.7', {
      fill: 'none',
      stroke: '#4d8a4a',
      'stroke-width': 0.2,
    }) +
    path('M-0.4 -1.5L-0.2 -1.25L0 -1.55L0.2 -1.25L0.4 -1.5Q0.5 -0.8 0 -0.75Q-0.5 -0.8 -0.4 -1.5Z', { fill: colour }),
  stone: ({ colour, shape }) =>
    path('M-1 0Q-1 -0.75 -0.3 -0.8Q0.8 -0.85 1 0Z', { fill: mix(colour, '#5a5a72', 0.25 + 0.2 * shape) }) +
    path('M-0.75 -0.25Q-0.6 -0.65 -0.2 -0.66Q0.3 -0.68 0.5 -0.45Q-0.2 -0.5 -0.75 -0.25Z', {
      fill: mix(colour, '#ffffff', 0.25),
    }),
};
