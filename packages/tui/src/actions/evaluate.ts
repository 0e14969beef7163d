import {
  bytesFromMask,
  bytesFromValues,
  DIRECTIONS,
  type DomainName,
  loadTranslator,
  readRunConfig,
  type Sample,
  type TranslationDirection,
  translationConfigs,
  translationModel,
  writeAtomically,
} from '@instagan/core';
import { evaluateTranslators, likeTraining, mainScore, measureBothDomains } from '@instagan/core/evaluation';
import type { LoadSampleOptions, SplitName } from '@instagan/datasets';
import {
  type AgreementScores,
  loadSegmenter,
  type ScoredImage,
  type Segmenter,
  scoreAgreement,
} from '@instagan/segmenter';
import { EXIT_CODE } from '../exit-code.ts';
import {
  type CheckpointOptions,
  type ComputeOptions,
  howToTranslate,
  type TranslationOptions,
} from '../options/shared.ts';
import type { SizeValue } from '../options/values.ts';
import { counted } from '../output/format.ts';
import { runName } from '../output/run-name.ts';
import { type AgreementReport, domainsOf } from '../output/score-rows.ts';
import { openTerminal, printJson } from '../output/terminal.ts';
import { evaluationFile } from '../report/saved-evaluations.ts';
import { dataFolder } from './data-folder.ts';
import { openRunClassifier } from './evaluation-classifier.ts';
import { imagesWithMasks, samplesOf } from './evaluation-images.ts';
import { evaluationLines } from './evaluation-report.ts';
import { variantOf } from './evaluation-variant.ts';
import { listenForInterruption } from './interruption.ts';
import { describeCompute, openCompute } from './open-compute.ts';
import { refuseWithoutInstances } from './refuse-without-instances.ts';
import { segmentPictures } from './segment-pictures.ts';

export interface EvaluateCommandOptions extends ComputeOptions, CheckpointOptions, Partial<TranslationOptions> {
  readonly run: string;
  readonly data: string;
  readonly split: SplitName;
  readonly direction: TranslationDirection | 'both';
  readonly images?: number;
  readonly size?: SizeValue | 'keep';
  readonly maxInstances: number;
  readonly segmenterA?: string;
  readonly segmenterB?: string;
  readonly classifier?: string;
  readonly classifierSteps?: number;
  readonly seed: number;
  readonly json?: true;
}

/**
 * `instagan evaluate`: translates the images of a dataset and scores the result.
 *
 * @returns the exit code
 * @throws UsageError, UserError
 */
export async function evaluateAction(options: EvaluateCommandOptions): Promise<number> {
  const { run, split, seed, checkpoint } = options;
  const terminal = openTerminal();
  const data = await dataFolder(options.data, terminal.remark);
  const status = (text: string) => {
    if (!options.json) terminal.status(text);
  };
  const config = await readRunConfig(translationConfigs, run);
  const { instancesPerChunk } = options;
  refuseWithoutInstances(run, translationModel(config), { '--instances-per-chunk': instancesPerChunk });
  const like = likeTraining(config);
  const size = options.size ?? like.size;
  const translation = {
    ...howToTranslate({
      ...options,
      region: options.region ?? like.translation.region,
      background: options.background ?? like.translation.background,
    }),
    maxInstances: options.maxInstances,
  };
  const variant = variantOf(config, { ...options, ...translation });
  const load: LoadSampleOptions = size === 'keep' ? {} : { size };
  const files = {
    A: await imagesWithMasks(data, split, 'A', 'choose another --split', options.images),
    B: await imagesWithMasks(data, split, 'B', 'choose another --split', options.images),
  };
  const directions = options.direction === 'both' ? DIRECTIONS : [options.direction];
  const interruption = listenForInterruption((name) => {
    terminal.remark(`instagan: ${name}: stopping after this image, without a result.`);
  });
  const backend = await openCompute(options, terminal.remark);
  try {
    const translators = {
      AtoB: await loadTranslator(run, 'AtoB', backend, checkpoint),
      BtoA: await loadTranslator(run, 'BtoA', backend, checkpoint),
    };
    const { step, warnings } = translators.AtoB;
    for (const warning of warnings) terminal.remark(`instagan: ${warning}`);
    terminal.remark(`${runName(run)} at step ${step} on ${describeCompute(backend)}`);
    const trained = await openRunClassifier({
      ...{ run, data, load, seed, steps: options.classifierSteps, file: options.classifier },
      say: terminal.remark,
      progress: (done, steps) => status(`classifier ${done}/${steps}`),
    });
    const images = { A: () => samplesOf(files.A, load), B: () => samplesOf(files.B, load) };
    const set = { images, trained, translation, seed };
    terminal.remark(`Measuring ${counted(files.A.length, 'image')} of A and ${files.B.length} of B`);
    const real = await measureBothDomains(set);
    const agreement = await openAgreement(options, images, terminal.remark);
    const scores = await evaluateTranslators(translators, set, real, {
      directions,
      inspect: ({ output }, direction) => agreement.add(output, domainsOf(direction).target),
      progress: (done) => status(`translated ${done}`),
      signal: interruption.signal,
    });
    const found = await agreement.scores(
      directions.map((direction) => domainsOf(direction).target),
      seed,
    );
    const { file: classifierFile, steps, accuracy } = trained;
    const report = {
      ...{
        run: runName(run),
        step,
        data,
        split,
        variant,
        size,
        instancesPerChunk: config.instancesPerChunk,
        ...translation,
        seed,
      },
      backend: { name: backend.name, device: backend.device },
      classifier: { file: classifierFile, steps, accuracy },
      score: mainScore(scores),
      ...scores,
      agreement: found,
    };
    status('');
    const file = evaluationFile(run, report);
    await writeAtomically(file, `${JSON.stringify(report, null, 2)}\n`, { makesFolder: true, isOnlyWriter: true });
    if (options.json) printJson(report);
    else {
      for (const line of evaluationLines(report)) terminal.line(line);
      terminal.line(`Saved: ${file}`);
    }
    return EXIT_CODE.done;
  } catch (error) {
    const exitCode = interruption.exitCode();
    if (exitCode === null || !interruption.signal.aborted) throw error;
    return exitCode;
  } finally {
    interruption.release();
    await backend.close();
  }
}

/** What segmenters say of translations, where any were given. */
interface Agreement {
  /** Looks at one translation. */
  add(output: Sample, target: DomainName): Promise<void>;
  /** Of those that were added, and of real images, by domain; a domain without a segmenter is missing. */
  scores(domains: readonly DomainName[], seed: number): Promise<AgreementReport>;
}

async function openAgreement(
  { segmenterA, segmenterB }: EvaluateCommandOptions,
  images: Readonly<Record<DomainName, () => AsyncIterable<Sample>>>,
  remark: (text: string) => void,
): Promise<Agreement> {
  const segmenters: Partial<Record<DomainName, Segmenter>> = {};
  for (const [domain, folder] of [
    ['A', segmenterA],
    ['B', segmenterB],
  ] as const) {
    if (folder === undefined) continue;
    const loaded = await loadSegmenter(folder);
    for (const warning of loaded.warnings) remark(`instagan: ${warning}`);
    segmenters[domain] = loaded;
  }
  const translated: Record<DomainName, ScoredImage[]> = { A: [], B: [] };
  return {
    add: async (output, target) => {
      const segmenter = segmenters[target];
      if (segmenter !== undefined) translated[target].push(await lookAt(output, segmenter));
    },
    scores: async (domains, seed) => {
      const report: Partial<Record<DomainName, { translated: AgreementScores; real: AgreementScores }>> = {};
      for (const domain of domains) {
        const segmenter = segmenters[domain];
        if (segmenter === undefined) continue;
        const real: ScoredImage[] = [];
        for await (const sample of images[domain]()) real.push(await lookAt(sample, segmenter));
        report[domain] = {
          translated: scoreAgreement(translated[domain], seed),
          real: scoreAgreement(real, seed),
        };
      }
      return report;
    },
  };
}

/** What a segmenter finds in a picture, beside the masks that it has. */
async function lookAt({ image, masks, width, height }: Sample, segmenter: Segmenter): Promise<ScoredImage> {
  const [predicted] = await segmentPictures(segmenter, [{ width, height, data: bytesFromValues(image) }]);
  const truth = masks.map(bytesFromMask).filter((mask) => mask.includes(255));
  return { predicted: predicted as ScoredImage['predicted'], truth };
}
