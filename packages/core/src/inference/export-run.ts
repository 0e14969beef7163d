import path from 'node:path';
import { AVERAGES_FILE, MODEL_FILE } from '../checkpoint/model-files.ts';
import type { NamedArray, NamedArrays } from '../checkpoint/named-arrays.ts';
import { type CheckpointChoice, readModel } from '../checkpoint/read-model.ts';
import type { RunSettings } from '../config/config-kind.ts';
import { createTrainedRun, readConfigFields } from '../config/run-config.ts';
import { UsageError } from '../errors.ts';

export interface ExportedRun {
  /** Of the checkpoint that was exported. */
  readonly step: number;
  /** The weights, `model.safetensors`. */
  readonly file: string;
  /** One sentence for each damaged checkpoint that was passed over. */
  readonly warnings: readonly string[];
}

export interface ExportOptions {
  /** 'F16' halves the file and rounds the weights. @default 'F32' */
  readonly floatType?: 'F32' | 'F16';
  /** @default 'last' */
  readonly checkpoint?: CheckpointChoice;
  /**
   * Another run, whose last weights are averaged with those of the run. Where one of them began with the other, the mean is often
   * better than both (Wortsman et al. 2022, "Model soups").
   */
  readonly meanWith?: string;
}

/**
 * Copies of a run what inference needs: its configuration, and the generators of a checkpoint, averaged if it has
 * averages. The copy is a run itself: it translates, or finds masks, and can be trained further with new discriminators.
 *
 * @param output a new folder
 * @throws UserError if a folder is not a run or has no such checkpoint; UsageError if `output` is already a run or holds checkpoints, or
 *   the networks of `meanWith` are others
 */
export async function exportRun(
  runFolder: string,
  output: string,
  { floatType = 'F32', checkpoint: choice = 'last', meanWith }: ExportOptions = {},
): Promise<ExportedRun> {
  const run = await openRun(runFolder);
  const { checkpoint, generators, warnings } = await run.generators(choice);
  const other = meanWith === undefined ? null : await (await openRun(meanWith)).generators('last');
  const exported = other === null ? generators : meanOf(generators, other.generators);
  if (exported === null) {
    throw new UsageError(
      `${meanWith} has other networks than ${runFolder}: give a run that began with it, or that it began with.`,
    );
  }
  const { updates: _, ...state } = checkpoint.state;
  const manifest = { ...state, ...('config' in state ? { config: withoutInit(state.config) } : {}) };
  const content = { files: { [MODEL_FILE]: exported }, manifest, floatType };
  const folder = await createTrainedRun(output, withoutInit(run.config), checkpoint.step, content);
  return {
    step: checkpoint.step,
    file: path.join(folder, MODEL_FILE),
    warnings: [...warnings, ...(other?.warnings ?? [])],
  };
}

async function openRun(runFolder: string) {
  const config = (await readConfigFields(runFolder)) as RunSettings;
  const generators = async (choice: CheckpointChoice) => {
    const { checkpoint, model, warnings } = await readModel(runFolder, choice);
    const weights = [...(checkpoint.files[AVERAGES_FILE] ?? model)].filter(([name]) => name.startsWith('generator'));
    return { checkpoint, generators: new Map(weights), warnings };
  };
  return { config, generators };
}

/** @returns null for weights of other names or shapes */
function meanOf(a: NamedArrays, b: NamedArrays): NamedArrays | null {
  if (a.size !== b.size) return null;
  const mean = new Map<string, NamedArray>();
  for (const [name, { shape, data }] of a) {
    const other = b.get(name);
    if (other === undefined || other.shape.join() !== shape.join()) return null;
    const halfway = (value: number | bigint, i: number) => (Number(value) + Number(other.data[i])) / 2;
    mean.set(name, { shape, data: Float32Array.from(data as ArrayLike<number>, halfway) });
  }
  return mean;
}

/** A configuration that names no run to begin with: the copy has its weights, and such paths are of one machine. */
function withoutInit<Config>(config: Config): Config {
  if (typeof config !== 'object' || config === null || !('init' in config)) return config;
  // Networks of another run had no warm-up: without their origin, the settings would give the copy one.
  const isWarm = config.init !== null && 'warmUp' in config;
  return { ...config, init: null, ...(isWarm ? { warmUp: 0 } : {}) };
}
