import type { DomainName, Picture } from '@instagan/core';
import { openFolderImages } from '@instagan/datasets';
import { loadSegmenter, type ScoredImage, type SplitMask, scoreSegmentation } from '@instagan/segmenter';
import type { CheckpointOptions, ComputeOptions } from '../options/shared.ts';
import { counted, formatTable } from '../output/format.ts';
import { runName } from '../output/run-name.ts';
import { openTerminal, printJson } from '../output/terminal.ts';
import { dataFolder } from './data-folder.ts';
import { describeCompute, openCompute } from './open-compute.ts';
import { type InstanceOptions, segmentPictures } from './segment-pictures.ts';

export interface SegmenterEvaluateCommandOptions extends ComputeOptions, InstanceOptions, CheckpointOptions {
  readonly run: string;
  readonly data: string;
  readonly split: 'train' | 'test';
  readonly domain?: DomainName;
  readonly batch: number;
  readonly json?: true;
}

/**
 * `instagan segmenter evaluate`: scores a segmenter on images whose masks are known.
 *
 * @throws UsageError, UserError
 */
export async function segmenterEvaluateAction(options: SegmenterEvaluateCommandOptions): Promise<void> {
  const { run, split, batch } = options;
  const terminal = openTerminal();
  const data = await dataFolder(options.data, terminal.remark);
  const backend = await openCompute(options, terminal.remark);
  try {
    const segmenter = await loadSegmenter(run, options.checkpoint);
    for (const warning of segmenter.warnings) terminal.remark(`instagan: ${warning}`);
    const domain = options.domain ?? segmenter.config.domain;
    const images = await openFolderImages({ root: data, split, domain, cacheBytes: 0 });
    const scored: ScoredImage[] = [];
    for (let first = 0; first < images.count; first += batch) {
      const indices = Array.from({ length: Math.min(batch, images.count - first) }, (_, i) => first + i);
      const loaded = await Promise.all(indices.map((index) => images.load(index)));
      const pictures = loaded.map(({ width, height, image }): Picture => ({ width, height, data: image }));
      const found = await segmentPictures(segmenter, pictures, options);
      for (const [i, { masks }] of loaded.entries()) scored.push({ predicted: found[i] as SplitMask, truth: masks });
      if (!options.json) terminal.status(`${scored.length}/${images.count}`);
    }
    const scores = scoreSegmentation(scored);
    const counts = { images: images.count, masks: images.masks };
    if (options.json) {
      printJson({ run, step: segmenter.step, data, split, domain, ...counts, ...scores });
      return;
    }
    const place = `${data}/${split}${domain}`;
    terminal.line(`${runName(run)} at step ${segmenter.step} on ${describeCompute(backend)}`);
    terminal.line(`${place}: ${counted(counts.images, 'image')}, ${counted(counts.masks, 'mask')}`);
    for (const line of formatTable(rowsOf(scores))) terminal.line(line);
  } finally {
    await backend.close();
  }
}

function rowsOf(scores: ReturnType<typeof scoreSegmentation>): string[][] {
  const text = (score: number) => (Number.isNaN(score) ? 'none' : score.toFixed(3));
  return [
    ['IoU', text(scores.iou), 'of all objects together, mean over images'],
    ['precision', text(scores.precision), 'of the pixels predicted, those that are object'],
    ['recall', text(scores.recall), 'of the object pixels, those that are found'],
    ['AP50', text(scores.ap50), 'average precision of single objects at an IoU of 0.5'],
    ['AP50 touching', text(scores.ap50Touching), 'the same, images in which objects touch or overlap'],
  ];
}
