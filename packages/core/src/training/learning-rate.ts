/**
 * The factor on the learning rate: 1 for `constant` epochs, then linearly to 0 over `decay` epochs.
 *
 * @param epoch epochs done, with their fraction
 * @returns in [0, 1]
 */
export function learningRateFactor(epoch: number, { constant, decay }: { constant: number; decay: number }): number {
  if (epoch <= constant) return 1;
  return decay === 0 ? 0 : Math.max(0, 1 - (epoch - constant) / decay);
}

/**
 * The part of a schedule that is done.
 *
 * @param epoch epochs done, with their fraction
 * @returns in [0, 1]
 */
export function scheduleProgress(epoch: number, { constant, decay }: { constant: number; decay: number }): number {
  const all = constant + decay;
  return all === 0 ? 1 : Math.min(1, epoch / all);
}
