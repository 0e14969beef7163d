import type { Colour } from './colour.ts';

/**
 * How one animal stands in the scene at one moment. Everything that moves when it walks is here; a look stays the same
 * from frame to frame.
 */
export interface AnimalPose {
  /** The point of the ground below the middle of the body, in scene units. */
  readonly x: number;
  readonly y: number;
  /** Scene units that 100 animal units take: roughly the length of the body. */
  readonly scale: number;
  /** 1 looks right, -1 left. */
  readonly facing: 1 | -1;
  readonly posture: 'standing' | 'lying';
  /** Position in the walking cycle, radians. */
  readonly legPhase: number;
  /** Length of the steps: 0 stands still, 1 walks out. */
  readonly stride: number;
  /** 0 grazes, 1 holds the head as high as it goes. */
  readonly headLift: number;
  /** Whether the face is seen from the side or turned to the viewer. */
  readonly gaze: 'ahead' | 'viewer';
}

export interface SheepLook {
  readonly wool: Colour;
  readonly face: Colour;
  readonly legs: Colour;
  readonly horns: boolean;
  readonly young: boolean;
  /** Roundness of the body, about 0.9 … 1.1. */
  readonly girth: number;
  /** Seed of the curls. */
  readonly texture: number;
}

export interface GiraffeLook {
  readonly coat: Colour;
  readonly patches: Colour;
  readonly mane: Colour;
  readonly young: boolean;
  /** Length of the neck, about 0.9 … 1.1. */
  readonly neck: number;
  /** Distance between the centres of patches, animal units. */
  readonly patchSize: number;
  /** Seed of the patches. */
  readonly texture: number;
}

/** One instance of the scene. */
export type Animal =
  | { readonly kind: 'sheep'; readonly pose: AnimalPose; readonly look: SheepLook }
  | { readonly kind: 'giraffe'; readonly pose: AnimalPose; readonly look: GiraffeLook };

/** What the surroundings add to the drawing of an animal. */
export interface AnimalSetting {
  /** Prefix of SVG ids, unique in the document. */
  readonly id: string;
  /** Colour of the light that falls on it. */
  readonly light: Colour;
  /** Pixels that one animal unit takes: strokes and eyes do not get thinner than a picture can show. */
  readonly pxPerAnimalUnit: number;
}
