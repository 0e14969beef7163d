import type { Probe } from './probe.ts';

/**
 * What comes and goes with the work: requests for files, timers, and the port of a worker, which counts from a picture that is asked for
 * until it is decoded. Half of the instants may find one that no instant of the other half does.
 */
const COMES_AND_GOES = ['FSReqPromise', 'FSReqCallback', 'CloseReq', 'Immediate', 'Timeout', 'MessagePort'];

/** The least of something that a process holds, in each half of a run. */
export interface Held {
  readonly name: string;
  /** The least of the first half; of what comes and goes, the number that half of its instants have at most. */
  readonly before: number;
  readonly after: number;
}

/**
 * Open files, threads, and the handles and requests of each kind. What leaks adds up, so that the second half never has as few as the
 * first.
 */
export function heldIn(probes: readonly Probe[]): Held[] {
  const middle = probes.length / 2;
  const held = (name: string, count: (probe: Probe) => number, first: (counts: number[]) => number): Held => {
    const counts = probes.map(count);
    return { name, before: first(counts.slice(0, middle)), after: least(counts.slice(middle)) };
  };
  const kinds = new Set(probes.flatMap(({ resources }) => Object.keys(resources)));
  return [
    held('open files', ({ openFiles }) => openFiles ?? 0, least),
    held('threads', ({ threads }) => threads ?? 0, least),
    ...[...kinds]
      .sort()
      .map((kind) =>
        held(kind, ({ resources }) => resources[kind] ?? 0, COMES_AND_GOES.includes(kind) ? median : least),
      ),
  ];
}

function least(counts: readonly number[]): number {
  return Math.min(...counts);
}

function median(counts: readonly number[]): number {
  return counts.toSorted((a, b) => a - b)[Math.floor((counts.length - 1) / 2)] as number;
}
