import * as z from 'zod';

/** An image and its regions, as versions 1 and 2 of VIA export them. */
export interface ViaEntry {
  readonly filename: string;
  readonly regions: readonly unknown[];
}

const id = z.union([z.string(), z.number()]).transform(String);
const attributeSchema = z.object({
  aname: z.string(),
  type: z.number().optional(),
  options: z.record(z.string(), z.string()).optional(),
});
const regionSchema = z.object({
  vid: id,
  xy: z.array(z.number()).max(100_000),
  av: z.record(z.string(), z.unknown()).default({}),
});
const projectSchema = z.object({
  project: z.looseObject({ vid_list: z.array(id) }),
  attribute: z.record(z.string(), attributeSchema),
  file: z.record(z.string(), z.object({ fname: z.string().min(1), type: z.number() })),
  view: z.record(z.string(), z.object({ fid_list: z.array(id) })),
  metadata: z.record(z.string(), z.unknown()),
});
type Attribute = z.output<typeof attributeSchema>;

/** Types of files and attributes, and of shapes, the first number of `xy`. */
const IMAGE_FILE = 2;
const TEXT_ATTRIBUTE = 1;
const SHAPES = { rectangle: 2, circle: 3, ellipse: 4, polygon: 7, extremeRectangle: 8, extremeCircle: 9 };

/**
 * The images of a project that version 3 of VIA saved. Its regions lie in one list: each belongs to a view, which shows a file.
 *
 * @returns null if it is no such project; `others` counts the views that show a video, a sound or several files
 */
export function readViaProject(content: unknown): { entries: readonly ViaEntry[]; others: number } | null {
  const { data } = projectSchema.safeParse(content);
  if (data === undefined) return null;
  const regions = new Map<string, unknown[]>();
  for (const value of Object.values(data.metadata)) {
    const region = regionSchema.safeParse(value).data;
    // What is said of a whole file has no shape.
    if (region === undefined || region.xy.length === 0) continue;
    const own = regions.get(region.vid) ?? [];
    own.push({ shape_attributes: shapeOf(region.xy), region_attributes: labelsOf(region.av, data.attribute) });
    regions.set(region.vid, own);
  }
  const entries: ViaEntry[] = [];
  for (const view of data.project.vid_list) {
    const files = ownValue(data.view, view)?.fid_list ?? [];
    const file = files.length === 1 ? ownValue(data.file, files[0] as string) : undefined;
    if (file?.type === IMAGE_FILE) entries.push({ filename: file.fname, regions: regions.get(view) ?? [] });
  }
  return { entries, others: data.project.vid_list.length - entries.length };
}

/** What a record itself holds: names come from a file, and may be those that every object has. */
function ownValue<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** A shape as versions 1 and 2 have it; one without pixels, such as a point or a line, keeps nothing but its number. */
function shapeOf([kind, ...numbers]: readonly number[]): Record<string, unknown> {
  const [a, b, c, d] = numbers;
  const xs = numbers.filter((_, i) => i % 2 === 0);
  const ys = numbers.filter((_, i) => i % 2 === 1);
  switch (kind) {
    case SHAPES.rectangle:
      return { name: 'rect', x: a, y: b, width: c, height: d };
    case SHAPES.circle:
      return { name: 'circle', cx: a, cy: b, r: c };
    case SHAPES.ellipse:
      return { name: 'ellipse', cx: a, cy: b, rx: c, ry: d };
    case SHAPES.polygon:
      return { name: 'polygon', all_points_x: xs, all_points_y: ys };
    case SHAPES.extremeRectangle: {
      const [x, y] = [Math.min(...xs), Math.min(...ys)];
      return { name: 'rect', x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
    }
    case SHAPES.extremeCircle:
      return { name: 'circle', ...circleThrough(xs, ys) };
    default:
      return { name: String(kind) };
  }
}

/** The circle through three points. */
function circleThrough(xs: readonly number[], ys: readonly number[]): { cx: number; cy: number; r: number } {
  const [x0 = 0, x1 = 0, x2 = 0] = xs;
  const [y0 = 0, y1 = 0, y2 = 0] = ys;
  const [ax, ay, bx, by] = [x1 - x0, y1 - y0, x2 - x0, y2 - y0];
  const [a, b, area] = [ax * ax + ay * ay, bx * bx + by * by, 2 * (ax * by - ay * bx)];
  const [dx, dy] = [(by * a - ay * b) / area, (ax * b - bx * a) / area];
  return { cx: x0 + dx, cy: y0 + dy, r: Math.hypot(dx, dy) };
}

/** The attributes of a region by their names. Those with options hold the number of one, or several with commas, of which the first counts. */
function labelsOf(
  values: Readonly<Record<string, unknown>>,
  attributes: Readonly<Record<string, Attribute>>,
): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [number, value] of Object.entries(values)) {
    const attribute = ownValue(attributes, number);
    if (attribute === undefined || typeof value !== 'string') continue;
    const { aname, type = TEXT_ATTRIBUTE, options = {} } = attribute;
    const label = type === TEXT_ATTRIBUTE ? value : (ownValue(options, value.split(',')[0] as string) ?? '');
    if (label !== '') labels[aname] = label;
  }
  return labels;
}
