export type { BuiltDomain } from './build/arrange-domain.ts';
export { type BuildDatasetOptions, type BuiltDataset, buildDataset } from './build/build-dataset.ts';
export { ANY_LABEL, type ImageFate } from './build/domain-build.ts';
export type { FitName } from './build/fit-picture.ts';
export type { ObjectFate } from './build/select-objects.ts';
export { type DrawDatasetOptions, type DrawnDataset, drawDataset } from './draw/draw-dataset.ts';
export { DRAWN_VIDEO_FPS, type DrawnVideo, type DrawVideoOptions, drawVideo } from './draw/draw-video.ts';
export {
  type CheckDatasetOptions,
  checkDataset,
  type DatasetReport,
  type DomainStatistics,
  type RangePx,
} from './folder/check-dataset.ts';
export type { DatasetFault, FaultCode } from './folder/dataset-fault.ts';
export {
  type DomainFolder,
  type ImageFile,
  indexMasks,
  type MaskFile,
  type MaskIndex,
  readDomainFolder,
  type SplitName,
} from './folder/dataset-folder.ts';
export {
  type InputImage,
  type LeftOut,
  type LoadedSample,
  type LoadSampleOptions,
  listInputs,
  loadInput,
  loadSample,
} from './folder/load-sample.ts';
export { type DomainMeasures, measureDataset } from './folder/measure-dataset.ts';
export { type PartOfDataset, partOfDataset } from './folder/part-of-dataset.ts';
export type { AnnotationSource } from './formats/annotation-source.ts';
export { type AnnotationFormatName, openAnnotations, recogniseFormat } from './formats/format-list.ts';
export { type ImageMasks, imageMasks } from './formats/image-masks.ts';
export {
  type ChangedImage,
  type EncodeLikeOptions,
  encodeLike,
  formatLike,
  type OriginalImage,
  WRITTEN_FORMATS,
  type WrittenFormat,
} from './images/encode-like.ts';
export {
  type ImageHeader,
  isImageName,
  type MaskImage,
  type RgbImage,
  readHeader,
  requirePixels,
} from './images/image-file.ts';
export { READ_FORMATS } from './images/open-image.ts';
export { type ReadImageOptions, readImage, resizeImage } from './images/read-image.ts';
export { type ReadMaskOptions, readBoxedMask, readMask, resizeMask } from './images/read-mask.ts';
export { encodeImage, encodeMask, writeImage, writeMask } from './images/write-image.ts';
export { type FolderImages, type FolderImagesOptions, openFolderImages } from './pairs/folder-images.ts';
export { type DomainCounts, type FolderPairs, type FolderPairsOptions, openFolderPairs } from './pairs/folder-pairs.ts';
