import { translationConfigs } from '@instagan/core';
import { choiceNames, type SettingText, settingTexts } from '@instagan/core/settings';
import { segmenterConfigs } from '@instagan/segmenter';
import type { RunEntry } from '../dashboard/log/run-entry.ts';
import type { EmbeddedSamples, EmbeddedSet } from './embedded-samples.ts';
import { type EvaluationReport, readEvaluations } from './saved-evaluations.ts';

/** A run with all that a report shows of it. */
export interface ReportedRun {
  readonly entry: RunEntry;
  /** That of its folder; all of the path where two have the same. */
  readonly name: string;
  /** Number of its colour, from 0 to 7, which stands for it in all charts. */
  readonly colour: number;
  /** Null if this version knows no such model. */
  readonly training: Training | null;
  readonly samples: readonly EmbeddedSet[];
  readonly evaluations: readonly EvaluationReport[];
}

/** What a run was trained with. */
export interface Training {
  /** The command that trains such models, such as `train`. */
  readonly command: string;
  /** As `--config` takes it, every setting resolved. */
  readonly config: object;
  /** All settings, with the defaults of the model. */
  readonly settings: readonly SettingText[];
}

const COLOURS = 8;

/**
 * Reads what is not in the logs of runs.
 *
 * @param entries whose logs have been read
 * @param pictures keeps those that were read before
 */
export async function readReportedRuns(
  entries: readonly RunEntry[],
  pictures: EmbeddedSamples,
): Promise<ReportedRun[]> {
  const runs: ReportedRun[] = [];
  for (const [i, entry] of entries.entries()) {
    const isAlone = entries.every((other) => other === entry || other.name !== entry.name);
    runs.push({
      entry,
      name: isAlone ? entry.name : entry.folder,
      colour: i % COLOURS,
      training: trainingOf(entry.log.state.started?.config),
      samples: await pictures.of(entry),
      evaluations: await readEvaluations(entry.folder),
    });
  }
  return runs;
}

/** @param config as the log has it: of any version, or damaged */
function trainingOf(config: unknown): Training | null {
  if (typeof config !== 'object' || config === null) return null;
  const { model } = config as { model?: unknown };
  const kind = [translationConfigs, segmenterConfigs].find(({ table }) =>
    choiceNames(table.rows.model).some((name) => name === model),
  );
  if (kind === undefined) return null;
  try {
    const [own, usual] = [config, { model }].map((each) => kind.parse(each, 'The log')) as [object, object];
    return { command: kind.command, config: own, settings: settingTexts(kind.table, own, usual) };
  } catch {
    return null;
  }
}
