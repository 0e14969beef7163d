import { translationModel } from '@instagan/core';
import { measureOurs, measurePeer, type PeerIdentity } from './competitors.ts';
import type { MeasuredOps } from './measure/ops.ts';
import { type OpCase, opCases } from './op-cases.ts';
import type { BenchOptions } from './options.ts';
import { median } from './report.ts';

/** One operation at one shape, for one competitor. */
export interface OpResult {
  /** The operation and its shape. */
  readonly op: string;
  /** Of one call, the median of the repeats. */
  readonly seconds: number;
  /** 10^9 additions and multiplications of the definition a second; of convolutions only. */
  readonly gigaflops?: number;
}

export interface OpsReport {
  readonly results: readonly (OpResult & { readonly backend: string })[];
  readonly peer: (PeerIdentity & { readonly device: string; readonly results: readonly OpResult[] }) | null;
  /** Our time over the peer's, by backend and operation. */
  readonly ratios: Readonly<Record<string, Readonly<Record<string, number>>>> | null;
}

/**
 * Single operations: every backend, then the peer.
 *
 * @param say receives a line for each operation of each competitor
 */
export async function compareOps(options: BenchOptions, say: (line: string) => void): Promise<OpsReport> {
  const { generatorSpecs } = translationModel(options.setting);
  const cases = opCases(
    options.setting,
    generatorSpecs.map(({ shape }) => shape),
  );
  const peer = options.peer ? await measurePeer<MeasuredOps>(options, { cases: JSON.stringify(cases) }) : null;
  const peerResults = peer && opResults(cases, peer);
  const results: (OpResult & { backend: string })[] = [];
  for (const backend of options.backends) {
    const measured = await measureOurs<MeasuredOps>(backend, options, { cases });
    say(`${backend} (${measured.device})`);
    for (const [i, result] of opResults(cases, measured).entries()) {
      results.push({ backend, ...result });
      say(opLine(result, peerResults?.[i]));
    }
  }
  if (peer === null || peerResults === null) return { results, peer: null, ratios: null };
  const { name, version, device } = peer;
  return { results, peer: { name, version, device, results: peerResults }, ratios: ratiosOf(results, peerResults) };
}

function opResults(cases: readonly OpCase[], { seconds }: MeasuredOps): OpResult[] {
  return cases.map((opCase, i) => {
    const time = median(seconds[i] ?? []);
    const result = { op: opCase.name, seconds: time };
    return 'operations' in opCase ? { ...result, gigaflops: opCase.operations / time / 1e9 } : result;
  });
}

function ratiosOf(results: OpsReport['results'], peer: readonly OpResult[]): NonNullable<OpsReport['ratios']> {
  const peerSeconds = new Map(peer.map(({ op, seconds }) => [op, seconds]));
  const ratios: Record<string, Record<string, number>> = {};
  for (const { backend, op, seconds } of results) {
    ratios[backend] = { ...ratios[backend], [op]: seconds / (peerSeconds.get(op) ?? Number.NaN) };
  }
  return ratios;
}

function opLine(ours: OpResult, peer: OpResult | undefined): string {
  const speed = ({ gigaflops }: OpResult) => (gigaflops === undefined ? '' : ` ${gigaflops.toFixed(1)} GFLOP/s`);
  const time = ({ seconds }: OpResult) => `${(seconds * 1e3).toFixed(3)} ms`;
  const beside = peer && `; peer ${time(peer)}${speed(peer)}; ratio ${(ours.seconds / peer.seconds).toFixed(2)}`;
  return `  ${ours.op.padEnd(60)} ${time(ours)}${speed(ours)}${beside ?? ''}`;
}
