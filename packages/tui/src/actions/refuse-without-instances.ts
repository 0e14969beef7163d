import { type TranslationModel, UsageError } from '@instagan/core';

/**
 * Refuses options that choose among instances for a model that does not tell them apart.
 *
 * @param options values by the name of the option; undefined where it was not given
 * @throws UsageError
 */
export function refuseWithoutInstances(
  run: string,
  { name, masks }: Pick<TranslationModel, 'name' | 'masks'>,
  options: Readonly<Record<`--${string}`, unknown>>,
): void {
  if (masks === 'each') return;
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined) continue;
    throw new UsageError(`${run} is a ${name}, which does not tell instances apart: leave ${option} out.`);
  }
}
