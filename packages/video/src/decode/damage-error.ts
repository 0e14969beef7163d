import { UserError } from '@instagan/core';

const FIX = 'repair the file, or go on past the damage with --tolerate-damage';

/** A file turned out to be damaged as it was read. */
export class DamageError extends UserError {
  /** What is damaged and where, such as `walk.mp4 is damaged near 1.5 s`. */
  readonly damage: string;

  constructor(damage: string) {
    super(`${damage}: ${FIX}.`);
    this.damage = damage;
  }
}
