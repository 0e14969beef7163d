import type { Animal } from './animal.ts';
import type { Scene } from './scene.ts';

/** Body lengths that the animals of a herd walk in a second, in turn. */
const SPEEDS = [0.5, 0.38, 0.6, 0.45, 0.54] as const;
/** Body lengths of one cycle of the legs. */
const CYCLE_LENGTH = 0.55;
const WALKING_STRIDE = 0.7;

/**
 * The scene a moment later: standing animals walk the way they look, lying ones stay. Each passes the place that the scene
 * has for it at second 0.
 *
 * @param seconds may be negative
 */
export function walkedScene(scene: Scene, seconds: number): Scene {
  return { ...scene, animals: scene.animals.map((animal, i) => walked(animal, i, seconds)) };
}

function walked<A extends Animal>(animal: A, index: number, seconds: number): A {
  const { pose } = animal;
  if (pose.posture === 'lying') return animal;
  const bodyLengths = (SPEEDS[index % SPEEDS.length] as number) * seconds;
  return {
    ...animal,
    pose: {
      ...pose,
      x: pose.x + pose.facing * pose.scale * bodyLengths,
      legPhase: pose.legPhase + (2 * Math.PI * bodyLengths) / CYCLE_LENGTH,
      stride: Math.max(pose.stride, WALKING_STRIDE),
    },
  };
}
