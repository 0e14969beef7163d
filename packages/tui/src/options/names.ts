import type { BackendName, Background, RegionKind, TranslationDirection } from '@instagan/core';
import type { AnnotationFormatName, FitName, WrittenFormat } from '@instagan/datasets';
import type { CodecName } from '@instagan/video';

/**
 * What the options take by name, with a line of help for each. The compiler holds these lists to those of core, which is
 * not loaded for them: help appears at once.
 */
export const BACKENDS: Readonly<Record<BackendName | 'auto', string>> = {
  auto: 'the best that opens here',
  webgpu: 'any GPU, through Vulkan, Metal or Direct3D 12',
  'node-gpu': 'NVIDIA GPU, through TensorFlow and CUDA',
  node: 'CPU, through TensorFlow',
  wasm: 'CPU, WebAssembly with SIMD and threads',
  cpu: 'CPU, plain JavaScript: for checks',
};

export const DIRECTIONS: Readonly<Record<TranslationDirection, string>> = {
  AtoB: 'from domain A to B',
  BtoA: 'from domain B to A',
};

export const REGIONS: Readonly<Record<RegionKind, string>> = {
  auto: 'objects if the run was trained on them or the image is over 1.5 times as large as in training, else image',
  image: 'the whole image goes through the model, as in the paper',
  objects: 'parts around objects, scaled so that these are as large as in training',
};

export const BACKGROUNDS: Readonly<Record<Background, string>> = {
  keep: 'outside the masks of input and output, every pixel stays as it is',
  fill: 'the same, and objects have sharp edges; where an object no longer is, its surroundings are continued smoothly',
  translated: 'the whole image comes from the model, as in the paper',
};

export const FORMATS: Readonly<Record<WrittenFormat | 'same', string>> = {
  same: 'that of the input; PNG for a GIF',
  png: 'without loss, 8 or 16 bits, with transparency',
  jpeg: 'small, 8 bits, no transparency (it is laid on white)',
  webp: 'smaller, 8 bits, with transparency, up to 16383 pixels a side',
  avif: 'smallest, 8 bits, with transparency, slow',
  tiff: 'without loss, 8 or 16 bits, with transparency',
};

export const ANNOTATION_FORMATS: Readonly<Record<AnnotationFormatName, string>> = {
  coco: 'COCO: an instances file of polygons and run lengths',
  ccp: 'Clothing Co-Parsing: a MATLAB file for each photo',
  mhp: 'Multi-Human Parsing (LV-MHP-v1, LV-MHP-v2): an image of parts for each person',
  labelme: 'labelme: a JSON file for each photo',
  voc: 'PASCAL VOC: indexed images of classes and objects',
  yolo: 'YOLO segmentation: data.yaml, and a text file for each photo',
  via: 'VGG Image Annotator, versions 1 to 3: one JSON file',
  masks: 'a mask image for each photo, a colour for each object or class',
  instagan: 'the layout of "instagan train": trainA, trainA_seg, …',
};

export const FITS: Readonly<Record<FitName, string>> = {
  inside: 'scale down until the whole image fits; its shape stays',
  crop: 'scale until the size is filled, and cut out the middle, as the authors do',
  stretch: 'scale height and width to the size',
};

export const CODECS: Readonly<Record<CodecName, string>> = {
  h264: 'plays everywhere (mp4, mov, mkv)',
  hevc: 'smaller, on newer devices (mp4, mov, mkv)',
  vp9: 'free, with transparency (webm, mkv, mp4)',
  av1: 'free, smallest, slow (mp4, webm, mkv)',
  prores: 'to edit, with transparency (mov, mkv)',
  ffv1: 'without loss (mkv)',
};

/** The names of a list, for an option's choices. */
export function namesOf(list: Readonly<Record<string, string>>): string[] {
  return Object.keys(list);
}

/** A paragraph of help: one name a line. */
export function helpOf(title: string, list: Readonly<Record<string, string>>): string {
  const width = Math.max(...namesOf(list).map((name) => name.length));
  const lines = Object.entries(list).map(([name, help]) => `  ${name.padEnd(width)}  ${help}`);
  return `\n${title}:\n${lines.join('\n')}`;
}
