import { openDrawing } from '../images/open-image.ts';
import { composeLayers, type Layer, svgDocument } from './compose.ts';
import { describeScene, type Scene, type SceneKey } from './scene.ts';

/** A picture with the visible part of each instance. */
export interface DrawnPicture {
  readonly scene: Scene;
  /** RGB, row by row, `[height, width, 3]`, 0 … 255. */
  readonly image: Uint8Array;
  /** One per animal, in {@link drawPicture} largest visible area first, `[height, width]`, 0 or 255, pairwise disjoint. */
  readonly masks: readonly Uint8Array[];
}

/**
 * Smallest visible area of an instance: as a share of the picture (of a very long one, as a share of its square part
 * three times over), and as a share of the animal.
 */
const MIN_SHARE_OF_PICTURE = 0.003;
const MIN_SHARE_OF_ANIMAL = 0.5;

/** By then one animal is left, with nothing to hide it but grass. */
const MAX_ATTEMPTS = 20;

/**
 * Describes and renders one picture. A placement that hides an animal (under 0.3 % of the picture or under half of the
 * animal visible) is drawn again with other places, in the end with fewer animals.
 */
export async function drawPicture(key: SceneKey): Promise<DrawnPicture> {
  for (let attempt = 0; ; attempt++) {
    const scene = describeScene(key, attempt);
    const layers = composeLayers(scene);
    const instances = await visibleInstances(scene, layers);
    const clear = instances.every((instance) => isWellVisible(instance, scene));
    if (!clear && attempt < MAX_ATTEMPTS) continue;
    const masks = instances.sort((a, b) => b.visiblePx - a.visiblePx).map(({ mask }) => mask);
    return { scene, image: await renderImage(scene, layers), masks };
  }
}

/** Renders a scene as it is. @returns the masks in the order of the scene's animals; one out of sight has an empty mask */
export async function drawScene(scene: Scene): Promise<DrawnPicture> {
  const layers = composeLayers(scene);
  const instances = await visibleInstances(scene, layers);
  return { scene, image: await renderImage(scene, layers), masks: instances.map(({ mask }) => mask) };
}

/** Renders layers over each other to RGB. */
export async function renderImage(scene: Scene, layers: readonly Layer[]): Promise<Uint8Array> {
  return openDrawing(svgDocument(scene, layers)).removeAlpha().raw().toBuffer();
}

interface Instance {
  readonly mask: Uint8Array;
  readonly visiblePx: number;
  /** Pixels of the animal itself, hidden ones included. */
  readonly wholePx: number;
}

function isWellVisible({ visiblePx, wholePx }: Instance, { heightPx, widthPx }: Scene): boolean {
  const picturePx = Math.min(heightPx * widthPx, 3 * Math.min(heightPx, widthPx) ** 2);
  return visiblePx >= MIN_SHARE_OF_PICTURE * picturePx && visiblePx >= MIN_SHARE_OF_ANIMAL * wholePx;
}

/**
 * The visible pixels of each animal, in the order of the scene. From near to far, a layer shows through with what the
 * layers in front leave: `visible = alpha * product(1 - alpha of those in front)`. A pixel belongs to the animal whose
 * visible share is above one half, so no pixel belongs to two.
 */
async function visibleInstances(scene: Scene, layers: readonly Layer[]): Promise<Instance[]> {
  const solid = layers.filter(({ kind }) => kind === 'animal' || kind === 'cover');
  const coverages = await Promise.all(solid.map((layer) => renderCoverage(scene, layer)));
  const open = new Float32Array(scene.widthPx * scene.heightPx).fill(1);
  const instances: Instance[] = [];
  for (let l = solid.length - 1; l >= 0; l--) {
    const coverage = coverages[l] as Uint8Array;
    const mask = new Uint8Array(open.length);
    let [visiblePx, wholePx] = [0, 0];
    for (let p = 0; p < open.length; p++) {
      const alpha = (coverage[p] as number) / 255;
      if (alpha === 0) continue;
      if (alpha > 0.5) wholePx++;
      if (alpha * (open[p] as number) > 0.5) {
        mask[p] = 255;
        visiblePx++;
      }
      open[p] = (open[p] as number) * (1 - alpha);
    }
    if (solid[l]?.kind === 'animal') instances.unshift({ mask, visiblePx, wholePx });
  }
  return instances;
}

/** Coverage of one layer alone, `[height, width]`, 0 … 255. */
async function renderCoverage(scene: Scene, layer: Layer): Promise<Uint8Array> {
  return openDrawing(svgDocument(scene, [layer]))
    .ensureAlpha()
    .extractChannel(3)
    .raw()
    .toBuffer();
}
