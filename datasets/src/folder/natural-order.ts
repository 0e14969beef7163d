/**
 * Orders names as people do: `a2` before `a10`. The same on every machine and runtime (no locale), since the order of
 * files decides what a seed means.
 */
export function naturalOrder(a: string, b: string): number {
  const partsA = a.split(/(\d+)/);
  const partsB = b.split(/(\d+)/);
  for (let i = 0; i < Math.min(partsA.length, partsB.length); i++) {
    const partA = partsA[i] as string;
    const partB = partsB[i] as string;
    if (partA === partB) continue;
    const difference = i % 2 === 1 ? Number(partA) - Number(partB) : 0;
    if (difference !== 0) return difference;
    return partA < partB ? -1 : 1;
  }
  return partsA.length - partsB.length;
}
