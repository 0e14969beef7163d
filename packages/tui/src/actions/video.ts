import {
  chunkSize,
  loadTranslator,
  readRunConfig,
  type TranslationModel,
  takesRegions,
  translationCheck,
  translationConfigs,
  translationModel,
  UsageError,
} from '@instagan/core';
import type { SizePx } from '@instagan/core/data';
import { loadSegmenter } from '@instagan/segmenter';
import {
  type FrameSegmenter,
  joinShards,
  requireMediaInput,
  type TranslateVideoOptions,
  translateVideo,
  type VideoJobOptions,
} from '@instagan/video';
import { EXIT_CODE } from '../exit-code.ts';
import { howToTranslate } from '../options/shared.ts';
import { counted } from '../output/format.ts';
import { runName } from '../output/run-name.ts';
import { openTerminal, printJson, type Terminal } from '../output/terminal.ts';
import { type Interruption, listenForInterruption } from './interruption.ts';
import { loggedVideo, type VideoJob } from './logged-video.ts';
import { describeCompute, openCompute } from './open-compute.ts';
import { refuseWithoutInstances } from './refuse-without-instances.ts';
import { masksOfPictures } from './segment-pictures.ts';
import { openFrameMasks } from './video-masks.ts';
import type { VideoCommandOptions } from './video-options.ts';
import { VideoReport } from './video-report.ts';

/**
 * `instagan video`: translates a video, one shard of it, or joins its shards.
 *
 * @returns the exit code: 128 plus the number of the signal if one stopped it
 * @throws UsageError, UserError
 */
export async function videoAction(options: VideoCommandOptions): Promise<number> {
  const terminal = openTerminal();
  if (options.join) return joinAction(options, terminal);
  const { run, direction } = options;
  if (run === undefined)
    throw new UsageError(
      'Give --run RUN, the run that holds the model or the name of one that `instagan models` lists; only --join goes without.',
    );
  await requireMediaInput(options.input);
  const model = translationModel(await readRunConfig(translationConfigs, run));
  refuseWithoutInstances(run, model, { '--instances-per-chunk': options.instancesPerChunk });
  const source = masksFrom(model, options);
  const files = source === 'files' ? await openFrameMasks(options.masks as string) : async () => [];
  const say = (text: string) => {
    if (!options.json) terminal.line(text);
  };
  const backend = await openCompute(options, terminal.remark);
  const interruption = listenForInterruption((name) => {
    terminal.remark(`instagan: ${name}: finishing the file with what is done; again to end at once.`);
  });
  try {
    const translator = await loadTranslator(run, direction, backend, options.checkpoint);
    for (const warning of translator.warnings) terminal.remark(`instagan: ${warning}`);
    say(`${runName(run)} at step ${translator.step}, ${direction}, on ${describeCompute(backend)}`);
    const { segment, step } =
      source === 'segmenter'
        ? await openSegmenter(options.segmenter as string, options, terminal)
        : { segment: files, step: 0 };
    const maskIdentity = [
      options.segmenter ?? options.masks,
      step,
      options.minArea,
      options.minConfidence,
      options.mirror,
    ];
    const modelIdentity = [run, translator.step, direction, ...maskIdentity].join(' ');
    const check = translationCheck(translator.model, backend);
    const checkFits = async (frame: SizePx) => {
      const how = howToTranslate(options);
      if (takesRegions(translator, frame, how)) return;
      const instances = Math.min(options.maxInstances, chunkSize(translator, how));
      await check(frame, { instances, masks: instances });
    };
    const translation = { ...translationOptions(options), translator, segment, modelIdentity, checkFits };
    const { name, device } = backend;
    const job = { run, input: options.input, output: options.output, backend: { name, device } };
    return await translate(translation, job, options, terminal, interruption);
  } finally {
    interruption.release();
    await backend.close();
  }
}

/** What finds the instances of a frame. @throws UsageError if nothing was named that does */
function masksFrom(
  model: TranslationModel,
  { masks, segmenter, run }: VideoCommandOptions,
): 'none' | 'files' | 'segmenter' {
  if (model.masks === 'none') return 'none';
  if (segmenter !== undefined) return 'segmenter';
  if (masks !== undefined) return 'files';
  throw new UsageError(
    `Without masks the model of ${run} does not know which objects to translate: give --segmenter RUN, a run of "instagan segmenter train", or --masks DIR, a folder with NAME00001_0.png, … for each frame.`,
  );
}

/** Loads a segmenter; its backend must be open. */
async function openSegmenter(
  folder: string,
  options: VideoCommandOptions,
  terminal: Terminal,
): Promise<{ segment: FrameSegmenter; step: number }> {
  const segmenter = await loadSegmenter(folder);
  for (const warning of segmenter.warnings) terminal.remark(`instagan: ${warning}`);
  const segment: FrameSegmenter = async ({ width, height, image }) => {
    const [masks = []] = await masksOfPictures(segmenter, [{ width, height, data: image }], options);
    return masks;
  };
  return { segment, step: segmenter.step };
}

async function translate(
  translation: TranslateVideoOptions,
  job: VideoJob,
  options: VideoCommandOptions,
  terminal: Terminal,
  interruption: Interruption,
): Promise<number> {
  const report = new VideoReport(terminal, options);
  const translated = translateVideo({ ...translation, signal: interruption.signal });
  for await (const progress of loggedVideo(translated, job)) report.tell(progress);
  if (options.json) printJson(report.summary());
  return interruption.exitCode() ?? EXIT_CODE.done;
}

async function joinAction(options: VideoCommandOptions, terminal: Terminal): Promise<number> {
  const { doneFrames, remarks } = await joinShards(jobOptions(options));
  for (const remark of remarks) terminal.remark(`instagan: ${remark}`);
  if (options.json) printJson({ output: options.output, frames: doneFrames });
  else terminal.line(`${counted(doneFrames, 'frame')} joined into ${options.output}`);
  return EXIT_CODE.done;
}

function jobOptions(options: VideoCommandOptions): VideoJobOptions {
  const { input, output, start, duration, size, fps, every, deinterlace, tolerateDamage } = options;
  const { audioTrack, codec, container, crf, overwrite } = options;
  return {
    input,
    output,
    ...(start === undefined ? {} : { startSeconds: start }),
    ...(duration === undefined ? {} : { durationSeconds: duration }),
    ...(size === undefined ? {} : { size }),
    ...(fps === undefined ? {} : { fps }),
    ...(every === undefined ? {} : { every }),
    ...(audioTrack === undefined ? {} : { audioTracks: audioTrack }),
    ...(codec === undefined ? {} : { codec }),
    ...(container === undefined ? {} : { container }),
    ...(crf === undefined ? {} : { crf }),
    deinterlaces: deinterlace === true,
    overwrites: overwrite === true,
    toleratesDamage: tolerateDamage === true,
  };
}

function translationOptions(
  options: VideoCommandOptions,
): Omit<TranslateVideoOptions, 'translator' | 'segment' | 'modelIdentity'> {
  const { maxInstances, maskSmoothing, bridge, blend, compare, encoder, resume, partFrames, segmentFrames, shard } =
    options;
  return {
    ...jobOptions(options),
    ...howToTranslate(options),
    maxInstances,
    tracking: {
      ...(maskSmoothing === undefined ? {} : { maskSmoothing }),
      ...(bridge === undefined ? {} : { bridgeFrames: bridge }),
    },
    ...(blend === undefined ? {} : { blending: blend }),
    compares: compare === true,
    encoder,
    resumes: resume === true,
    partFrames: segmentFrames ?? partFrames,
    ...(shard === undefined ? {} : { shard }),
  };
}
