import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { currentEvents, eventLogFile, type RunEvent, readEvents } from '@instagan/core/events';
import { runCommand } from '../crash/command.ts';
import type { CheckReport } from '../helpers/check-report.ts';
import { heldIn } from './held.ts';
import type { Probe } from './probe.ts';
import { BLOCKS, type Slope, slopeOf } from './slope.ts';

const MEMORY_PROBE = new URL('./memory-probe.ts', import.meta.url).href;
/** Until then pools fill, caches of programs too, and the first checkpoints and samples are made. */
const WARM_UP_SHARE = 0.3;
/** Most that may be left of each step, on average, in bytes: 200 MB in 200,000 steps. What is below drowns in noise. */
export const MAX_BYTES_A_STEP = 1024;
/** As many newest checkpoints are kept, and one of so many steps. */
const [KEPT, KEEP_EVERY, CHECKPOINT_EVERY] = [3, 1000, 100];
const TIMEOUT_MS = 6 * 3600 * 1000;

/**
 * Trains a tiny model with all that a training does beside: checkpoints, samples, scores and the log. Nothing that it holds may grow with
 * its steps.
 *
 * @param folder where a dataset `meadow` lies
 * @param arenas of glibc at most, 0 for as many as it wants: it keeps what was freed, in an arena for each few threads, and with one
 *   resident memory shows what is held
 */
export async function trainLong(
  backend: string,
  steps: number,
  folder: string,
  arenas: number,
  report: CheckReport,
): Promise<void> {
  const run = path.join(folder, `long-${backend}`);
  const probeFile = path.join(folder, `${backend}.jsonl`);
  const end = await runCommand(
    [
      ...['train', '--data', 'meadow', '--run', run, '--backend', backend, '--threads', '1', '--ui', 'json'],
      ...'--size 32x32 --ngf 2 --ndf 2 --blocks 1 --max-instances 2'.split(' '),
      ...['--steps', `${steps}`, '--schedule', `${steps}+0`, '--sample-every', '200'],
      ...['--evaluate-every', `${Math.ceil(steps / 5)}`, '--checkpoint-every', `${CHECKPOINT_EVERY}`],
      ...['--keep-checkpoints', `${KEPT}`, '--keep-every', `${KEEP_EVERY}`],
    ],
    {
      cwd: folder,
      preload: [MEMORY_PROBE],
      env: { PROBE_FILE: probeFile, MALLOC_ARENA_MAX: String(arenas) },
      timeoutMs: TIMEOUT_MS,
    },
  );
  if (end.code !== 0) throw new Error(`${backend} ends with ${end.code}:\n${end.output.slice(-3000)}`);
  const all: RunEvent[] = [];
  for await (const event of readEvents(eventLogFile(run))) all.push(event);
  const events = currentEvents(all);
  const lines = (await readFile(probeFile, 'utf8')).trim().split('\n');
  const probes = afterWarmUp(
    lines.map((line) => JSON.parse(line) as Probe),
    events,
    steps,
  );

  await report.check(`${backend}: the number of tensors stays the same over ${steps} steps`, async () => {
    const counts = events.flatMap((event) =>
      event.type === 'step' && event.step > WARM_UP_SHARE * steps ? [event.memory.tensors] : [],
    );
    const [least, most] = [Math.min(...counts), Math.max(...counts)];
    report.figure(`${backend}: tensors after each of ${counts.length} steps`, most);
    if (least !== most) throw new Error(`${least} to ${most} tensors`);
  });
  for (const [name, key] of [
    ['resident memory', 'rssBytes'],
    ['objects and arrays of JavaScript', 'jsBytes'],
  ] as const) {
    await report.check(`${backend}: ${name} do not grow`.replace('memory do', 'memory does'), async () => {
      const slope = slopeOf(
        probes.map(({ step }) => step),
        probes.map((probe) => probe[key]),
      );
      report.figure(`${backend}: ${name}, bytes a step, ${textOf(slope)}; at the end`, probes.at(-1)?.[key] as number);
      requireFlat(slope);
    });
  }
  await report.check(`${backend}: no more open files, threads, handles and requests at the end`, async () => {
    const held = heldIn(probes);
    for (const { name, after } of held) report.figure(`${backend}: ${name}`, after);
    const grown = held.filter(({ before, after }) => after > before);
    const texts = grown.map(
      ({ name, before, after }) => `${name}: ${before} in the first half, ${after} in the second`,
    );
    if (texts.length > 0) throw new Error(texts.join('; '));
  });
  await report.check(
    `${backend}: the checkpoints are the newest ${KEPT}, those of ${KEEP_EVERY} steps, the best`,
    async () => {
      const best = JSON.parse(await readFile(path.join(run, 'checkpoints', 'best.json'), 'utf8')).step as number;
      const multiples = Array.from(
        { length: Math.floor(steps / CHECKPOINT_EVERY) },
        (_, i) => (i + 1) * CHECKPOINT_EVERY,
      );
      const newest = multiples.slice(-KEPT);
      const lasting = multiples.filter((step) => step % KEEP_EVERY === 0);
      const wanted = [...new Set([...newest, ...lasting, best])].map((step) => `step-${String(step).padStart(8, '0')}`);
      const found = (await readdir(path.join(run, 'checkpoints'))).filter((name) => name !== 'best.json');
      if (found.sort().join() !== wanted.sort().join()) throw new Error(`${found.join(' ')}, not ${wanted.join(' ')}`);
    },
  );
  const { size } = await stat(eventLogFile(run));
  report.figure(`${backend}: MB of log in 200,000 steps`, Math.round((size / steps) * 0.2));
}

/** @throws Error unless growth is within the noise or too small to matter */
function requireFlat({ perStep, plusMinus }: Slope): void {
  const isGrowing = perStep - plusMinus > 0;
  if (isGrowing && perStep > MAX_BYTES_A_STEP)
    throw new Error(`it grows: ${textOf({ perStep, plusMinus })} bytes a step`);
  if (plusMinus > 10 * MAX_BYTES_A_STEP)
    throw new Error(`nothing can be said: ${textOf({ perStep, plusMinus })} bytes a step`);
}

function textOf({ perStep, plusMinus }: Slope): string {
  return `${perStep.toFixed(0)} +- ${plusMinus.toFixed(0)}`;
}

/** Probes of the second part of a run, each with the step that had been made by then. */
function afterWarmUp(
  probes: readonly Probe[],
  events: readonly RunEvent[],
  steps: number,
): (Probe & { readonly step: number })[] {
  const made = events.flatMap((event) =>
    event.type === 'step' ? [[Date.parse(event.time), event.step] as const] : [],
  );
  let next = 0;
  const placed = probes.flatMap((probe) => {
    while (next < made.length && (made[next]?.[0] as number) <= probe.timeMs) next++;
    const step = made[next - 1]?.[1] ?? 0;
    return step > WARM_UP_SHARE * steps && next < made.length ? [{ ...probe, step }] : [];
  });
  if (placed.length < 2 * BLOCKS) throw new Error(`Only ${placed.length} probes: make more steps.`);
  return placed;
}
