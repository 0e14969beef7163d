import type { Animal } from './animal.ts';
import { lit } from './colour.ts';
import { drawGround, drawGroundItem } from './draw-ground.ts';
import { drawSky } from './draw-sky.ts';
import { drawGiraffe } from './giraffe.ts';
import type { Scene } from './scene.ts';
import { drawSheep } from './sheep.ts';
import { element, ellipse, group, num, path, radialGradient } from './svg.ts';

/**
 * One layer of a scene, from far to near. Only `animal` layers are instances; `cover` layers (grass and flowers) stand
 * in front of the animals before them.
 */
export interface Layer {
  readonly kind: 'backdrop' | 'shadow' | 'animal' | 'cover';
  /** Which animal of the scene an animal or shadow belongs to. */
  readonly animal?: number;
  readonly svg: string;
}

/** The layers of a scene in painting order: the backdrop first, then each animal after its shadow, plants between. */
export function composeLayers(scene: Scene): Layer[] {
  const { landscape, frame, animals } = scene;
  const itemsBetween = (from: number, to: number) =>
    landscape.items
      .filter(({ y }) => y >= from && y < to)
      .map(drawGroundItem)
      .join('');
  const firstY = animals[0]?.pose.y ?? Number.POSITIVE_INFINITY;
  const backdrop =
    drawSky(landscape, frame) + drawGround(landscape, frame) + itemsBetween(Number.NEGATIVE_INFINITY, firstY);
  const layers: Layer[] = [{ kind: 'backdrop', svg: backdrop }];
  animals.forEach((animal, i) => {
    layers.push({ kind: 'shadow', animal: i, svg: drawShadow(animal, scene, i) });
    layers.push({ kind: 'animal', animal: i, svg: drawAnimal(animal, scene, i) });
    const cover =
      footGrass(animal, scene) + itemsBetween(animal.pose.y, animals[i + 1]?.pose.y ?? Number.POSITIVE_INFINITY);
    if (cover !== '') layers.push({ kind: 'cover', svg: cover });
  });
  return layers;
}

/** An SVG document of the given layers at the scene's size in pixels. */
export function svgDocument(scene: Scene, layers: readonly Layer[]): string {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width: scene.widthPx,
      height: scene.heightPx,
      viewBox: `0 0 ${scene.widthPx} ${scene.heightPx}`,
    },
    element('g', { transform: `scale(${scene.pxPerUnit})` }, layers.map(({ svg }) => svg).join('')),
  );
}

function drawAnimal(animal: Animal, scene: Scene, index: number): string {
  const { x, y, scale, facing } = animal.pose;
  const units = scale / 100;
  const setting = {
    id: `animal-${index}`,
    light: scene.landscape.light.tint,
    pxPerAnimalUnit: units * scene.pxPerUnit,
  };
  const content =
    animal.kind === 'sheep'
      ? drawSheep(animal.pose, animal.look, setting)
      : drawGiraffe(animal.pose, animal.look, setting);
  return group(content, { transform: `translate(${num(x)} ${num(y)}) scale(${facing * units} ${units})` });
}

/** A soft shadow on the grass, away from the sun. */
function drawShadow({ pose }: Animal, scene: Scene, index: number): string {
  const { light, body } = scene.landscape;
  const lean = light.body === 'none' ? 0 : Math.sign(pose.x - body.x) * Math.min(0.16, Math.abs(pose.x - body.x) / 300);
  const id = `shadow-${index}`;
  const colour = lit('#12332e', light.tint);
  return (
    radialGradient(id, [
      [0, colour, light.shadow * 1.35],
      [0.6, colour, light.shadow],
      [1, colour, 0],
    ]) +
    ellipse(pose.x + lean * pose.scale, pose.y - 0.01 * pose.scale, pose.scale * 0.58, pose.scale * 0.1, {
      fill: `url(#${id})`,
    })
  );
}

/** A few blades at the feet, so that the animal stands in the meadow and not on it. */
function footGrass({ pose }: Animal, scene: Scene): string {
  const ridge = scene.landscape.ridges[scene.landscape.ridges.length - 1];
  if (ridge === undefined) return '';
  const blade = pose.scale * 0.045;
  const blades = [-0.36, -0.19, 0.08, 0.27, 0.41].map((share, i) => {
    const x = pose.x + share * pose.scale * pose.facing;
    const lean = ((i * 7) % 5) / 5 - 0.4;
    return `M${num(x - blade * 0.5)} ${num(pose.y + blade * 0.35)}Q${num(x)} ${num(pose.y - blade)} ${num(x + lean * blade * 2)} ${num(pose.y - blade * 1.5)}Q${num(x + blade * 0.3)} ${num(pose.y - blade * 0.3)} ${num(x + blade * 0.6)} ${num(pose.y + blade * 0.35)}Z`;
  });
  return path(blades.join(''), { fill: ridge.bottom });
}
