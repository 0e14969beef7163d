import type { AnimalPose } from './animal.ts';
import { type Point, smooth } from './svg.ts';

/** Which leg: near ones are drawn over the body, far ones behind it. */
export interface Leg {
  readonly end: 'front' | 'hind';
  readonly side: 'near' | 'far';
}

/** Where a foot is relative to the point below its hip, in units of the leg's length: forward, and up. */
export function footOffset(pose: AnimalPose, leg: Leg): { forward: number; up: number } {
  const lag = (leg.end === 'front' ? Math.PI / 2 : 0) + (leg.side === 'near' ? 0 : Math.PI);
  const angle = pose.legPhase + lag;
  return { forward: 0.32 * pose.stride * Math.sin(angle), up: 0.14 * pose.stride * Math.max(0, Math.cos(angle)) };
}

/** Path data of a tapering limb from the hip over the knee to the foot; widths are full widths. */
export function limb(hip: Point, knee: Point, foot: Point, widths: readonly [number, number, number]): string {
  const middle = [hip, knee, foot];
  const side = (sign: number) => middle.map(([x, y], i): Point => [x + (sign * (widths[i] as number)) / 2, y]);
  return `${smooth(side(-1), false)}L${smooth(side(1).reverse(), false).slice(1)}Z`;
}
