import { lit, mix } from './colour.ts';
import type { Cloud, Frame, Landscape } from './landscape.ts';
import { circle, element, group, num, path, radialGradient, verticalGradient } from './svg.ts';

/** Sky, sun or moon, stars, rainbow, clouds and birds. */
export function drawSky(landscape: Landscape, frame: Frame): string {
  const { light } = landscape;
  const [zenith, middle, horizon] = light.sky;
  const skyHeight = landscape.meadowTop + 4;
  return [
    verticalGradient('sky', [
      [0, zenith],
      [0.55, middle],
      [1, horizon],
    ]),
    element('rect', { x: 0, y: 0, width: frame.width, height: skyHeight, fill: 'url(#sky)' }),
    ...landscape.stars.map(([x, y, r]) => circle(x, y, r, { fill: '#ffffff', opacity: 0.85 })),
    drawBody(landscape),
    landscape.rainbow ? drawRainbow(frame, landscape.meadowTop) : '',
    ...landscape.clouds.map((cloud) => drawCloud(cloud, light.cloud, light.cloudShade)),
    ...landscape.birds.map(([x, y, size]) =>
      path(
        `M${num(x - size)} ${num(y - size * 0.3)}Q${num(x - size * 0.4)} ${num(y - size * 0.7)} ${num(x)} ${num(y)}Q${num(x + size * 0.4)} ${num(y - size * 0.7)} ${num(x + size)} ${num(y - size * 0.3)}`,
        {
          fill: 'none',
          stroke: lit('#5a5f7a', light.tint),
          'stroke-width': 0.5,
          'stroke-linecap': 'round',
        },
      ),
    ),
  ].join('');
}

function drawBody({ light, body }: Landscape): string {
  if (light.body === 'none') return '';
  const { x, y, r } = body;
  const glow =
    radialGradient('glow', [
      [0, light.bodyColour, 0.75],
      [0.35, light.bodyColour, 0.32],
      [1, light.bodyColour, 0],
    ]) + circle(x, y, r * 3.4, { fill: 'url(#glow)' });
  if (light.body === 'sun') return glow + circle(x, y, r, { fill: light.bodyColour });
  const crescent = `M${num(x)} ${num(y - r)}A${num(r)} ${num(r)} 0 1 1 ${num(x - r)} ${num(y + r * 0.2)}A${num(r * 0.85)} ${num(r * 0.85)} 0 0 0 ${num(x)} ${num(y - r)}Z`;
  return glow + path(crescent, { fill: light.bodyColour });
}

function drawRainbow({ width }: Frame, base: number): string {
  const colours = ['#ef6f6c', '#f7a35c', '#fbe26b', '#7fcf7a', '#6bb3e6', '#9d85d6'];
  const arcs = colours.map((stroke, i) =>
    circle(width * 0.5, base + 12, base * 1.02 - i * 1.5, { fill: 'none', stroke, 'stroke-width': 1.6 }),
  );
  return group(arcs.join(''), { opacity: 0.45 });
}

function drawCloud(cloud: Cloud, colour: string, shade: string): string {
  const { x, y, width, puffs } = cloud;
  const floor = width * 0.075;
  const shapes = (shrink: number, lift: number): string => {
    const base = element('rect', { x, y: y - floor - lift, width, height: 2 * floor - shrink, rx: floor });
    return (
      base +
      puffs
        .map((r, i) => {
          const t = (i + 0.5) / puffs.length;
          return circle(
            x + width * (0.08 + 0.84 * t),
            y - width * 0.04 - lift - r * width * 0.28 * Math.sin(Math.PI * t),
            r * width * 0.8,
            {},
          );
        })
        .join('')
    );
  };
  return (
    group(shapes(0, 0), { fill: mix(shade, colour, 0.25), opacity: 0.95 }) +
    group(shapes(floor * 0.9, floor * 0.75), { fill: colour })
  );
}
