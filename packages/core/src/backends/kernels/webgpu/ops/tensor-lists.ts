import { THREADS } from '../device/kernel-source.ts';

/** Elements of a tensor that one workgroup takes, as many for each thread. */
const ELEMENTS_OF_WORKGROUP = 4 * THREADS;

/** Cuts a list of tensors into groups for a dispatch each: an adapter binds only so many buffers at once. */
export function groupsOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, group) =>
    items.slice(group * size, (group + 1) * size),
  );
}

/** Workgroups that {@link overElements} needs for tensors of these sizes. */
export function workgroupsFor(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + Math.ceil(size / ELEMENTS_OF_WORKGROUP), 0);
}

/**
 * WGSL for `main`: runs through all elements `i` of several tensors, whose number and sizes are fixed.
 *
 * @param body statements for element `i` of tensor `n`
 */
export function overElements(sizes: readonly number[], body: (n: number) => string): string {
  let end = 0;
  const branches = sizes.map((size, n) => {
    const first = end;
    end += Math.ceil(size / ELEMENTS_OF_WORKGROUP);
    return `if (place < ${end}u) {
    let begin = (place - ${first}u) * ${ELEMENTS_OF_WORKGROUP}u + thread;
    for (var i = begin; i < min(begin + ${ELEMENTS_OF_WORKGROUP}u, ${size}u); i += ${THREADS}u) {
      ${body(n)}
    }
  }`;
  });
  return `
  let place = group.x + group.y * groups.x;
  ${branches.join(' else ')}`;
}
