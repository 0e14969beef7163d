/** A point in scene or animal units, y pointing down. */
export type Point = readonly [x: number, y: number];

/** SVG attributes; numbers are written with two decimals. */
export type Attributes = Readonly<Record<string, string | number>>;

/** A number with at most two decimals, so that files do not depend on the last bits of the arithmetic. */
export function num(value: number): string {
  return String(Math.round(value * 100) / 100 + 0);
}

/** One SVG element. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const text = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? num(value) : value}"`)
    .join('');
  return content === '' ? `<${name}${text}/>` : `<${name}${text}>${content}</${name}>`;
}

export function path(d: string, attributes: Attributes): string {
  return element('path', { d, ...attributes });
}

export function circle(x: number, y: number, r: number, attributes: Attributes): string {
  return element('circle', { cx: x, cy: y, r, ...attributes });
}

export function ellipse(x: number, y: number, rx: number, ry: number, attributes: Attributes): string {
  return element('ellipse', { cx: x, cy: y, rx, ry, ...attributes });
}

export function group(content: string, attributes: Attributes = {}): string {
  return content === '' ? '' : element('g', attributes, content);
}

/** Path data of straight lines through the points. */
export function straight(points: readonly Point[], closed = true): string {
  return `M${points.map(at).join('L')}${closed ? 'Z' : ''}`;
}

/** Path data of a smooth curve through the points (Catmull-Rom as cubic Beziers). */
export function smooth(points: readonly Point[], closed = true): string {
  const count = points.length;
  const point = (i: number): Point =>
    points[closed ? (i + count) % count : Math.min(count - 1, Math.max(0, i))] as Point;
  let d = `M${at(point(0))}`;
  for (let i = 0; i < (closed ? count : count - 1); i++) {
    const [before, from, to, after] = [point(i - 1), point(i), point(i + 1), point(i + 2)];
    d += `C${at([from[0] + (to[0] - before[0]) / 6, from[1] + (to[1] - before[1]) / 6])}`;
    d += ` ${at([to[0] - (after[0] - from[0]) / 6, to[1] - (after[1] - from[1]) / 6])} ${at(to)}`;
  }
  return closed ? `${d}Z` : d;
}

/** Path data of a closed cloud: one round bump from each point to the next. Points run clockwise on the screen. */
export function scallops(points: readonly Point[], roundness = 0.58): string {
  let d = `M${at(points[0] as Point)}`;
  points.forEach((from, i) => {
    const to = points[(i + 1) % points.length] as Point;
    const r = num(Math.hypot(to[0] - from[0], to[1] - from[1]) * roundness);
    d += `A${r} ${r} 0 0 1 ${at(to)}`;
  });
  return `${d}Z`;
}

/** Path data of a polygon with rounded corners; `share` in (0, 0.5] of each edge goes into its corners. */
export function rounded(points: readonly Point[], share: number): string {
  const along = (a: Point, b: Point, t: number): Point => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
  const count = points.length;
  return `${points
    .map((corner, i) => {
      const before = points[(i + count - 1) % count] as Point;
      const after = points[(i + 1) % count] as Point;
      return `${i === 0 ? 'M' : 'L'}${at(along(corner, before, share))}Q${at(corner)} ${at(along(corner, after, share))}`;
    })
    .join('')}Z`;
}

/** A vertical gradient over the painted shape, from `[offset, colour, opacity]` stops. */
export function verticalGradient(id: string, stops: readonly (readonly [number, string, number?])[]): string {
  return element('linearGradient', { id, x1: 0, y1: 0, x2: 0, y2: 1 }, stops.map(stop).join(''));
}

/** A gradient from the centre of the painted shape outwards. */
export function radialGradient(id: string, stops: readonly (readonly [number, string, number?])[]): string {
  return element('radialGradient', { id }, stops.map(stop).join(''));
}

function stop([offset, colour, opacity = 1]: readonly [number, string, number?]): string {
  return element('stop', { offset, 'stop-color': colour, 'stop-opacity': opacity });
}

function at([x, y]: Point): string {
  return `${num(x)} ${num(y)}`;
}
