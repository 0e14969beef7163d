import t from 'tap';
import { heldIn } from './held.ts';
import type { Probe } from './probe.ts';

const STILL: Probe = { timeMs: 0, rssBytes: 0, jsBytes: 0, openFiles: 36, threads: 12, resources: { PipeWrap: 2 } };

/** Names of what grows over 100 instants. */
function growing(probe: (i: number) => Partial<Probe>): string[] {
  const probes = Array.from({ length: 100 }, (_, i) => ({ ...STILL, ...probe(i) }));
  return heldIn(probes).flatMap(({ name, before, after }) => (after > before ? [name] : []));
}

t.test('what stays, and what comes and goes at other instants of each half, does not grow', async (t) => {
  t.same(
    growing(() => ({})),
    [],
  );
  const awaited = (i: number) => ({ resources: { PipeWrap: 2, FSReqPromise: 1, MessagePort: i === 7 ? 0 : 1 } });
  t.same(growing(awaited), [], 'one instant of the first half finds no picture asked for, none of the second');
  t.same(
    growing((i) => ({ openFiles: i % 9 === 0 ? 36 : 50 })),
    [],
  );
});

t.test('whatever is left over now and then grows', async (t) => {
  for (const key of ['openFiles', 'threads'] as const)
    t.same(growing((i) => ({ [key]: 30 + Math.floor(i / 20) })).length, 1, key);
  for (const kind of ['FSReqPromise', 'MessagePort', 'Timeout', 'PipeWrap', 'TCPSocketWrap']) {
    t.same(
      growing((i) => ({ resources: { [kind]: Math.floor(i / 20) } })),
      [kind],
      kind,
    );
  }
  t.same(
    growing((i) => ({ resources: i < 50 ? {} : { PipeWrap: 1 } })),
    ['PipeWrap'],
    'also if it is one',
  );
});
