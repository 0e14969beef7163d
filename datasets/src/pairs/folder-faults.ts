import { UserError } from '@instagan/core/data';
import type { DatasetFault } from '../folder/dataset-fault.ts';

/**
 * @param canSkip whether damaged images could be left out instead
 * @throws UserError with the first error among the faults
 */
export function refuseFaults(root: string, faults: readonly DatasetFault[], canSkip: boolean): void {
  const [first, ...more] = faults.filter(({ severity }) => severity === 'error');
  if (first === undefined) return;
  const rest = more.length === 0 ? '' : ` (${more.length} more: "instagan dataset check ${root}" lists them.)`;
  const hint = canSkip && first.code === 'unreadable' ? ' Or leave such images out with --skip-damaged.' : '';
  throw new UserError(`${first.message}${hint}${rest}`);
}

/** More faults of one kind than this are summed up in one line. */
const listedFaults = 3;

/** The faults of a folder as warnings, one sentence each. */
export function summariseFaults(root: string, folder: string, faults: readonly DatasetFault[]): string[] {
  const byCode = new Map<string, DatasetFault[]>();
  for (const fault of faults) byCode.set(fault.code, [...(byCode.get(fault.code) ?? []), fault]);
  return [...byCode.values()].flatMap((of) => {
    if (of.length <= listedFaults) return of.map(({ message }) => message);
    const more = of.length - 1;
    return [`${of[0]?.message} (${more} more like it in ${folder}: "instagan dataset check ${root}" lists them.)`];
  });
}
