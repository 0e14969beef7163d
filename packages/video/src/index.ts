export {
  type DecodedVideo,
  type DecodeOptions,
  decodeVideo,
} from './decode/decode-video.ts';
export { chooseEncoder, type Encoder, type EncoderOptions } from './encode/choose-encoder.ts';
export { encodeFrames, type FrameEncoder } from './encode/encode-frames.ts';
export {
  CODECS,
  CONTAINERS,
  type CodecName,
  type ContainerName,
  type OutputFormat,
  type OutputFormatOptions,
  outputFormat,
} from './encode/output-format.ts';
export { type Ffmpeg, type FindFfmpegOptions, findFfmpeg } from './ffmpeg/find-ffmpeg.ts';
export { type MediaInput, type MediaInputOptions, openMediaInput, requireMediaInput } from './ffmpeg/media-input.ts';
export { type MediaInfo, probeMedia, type VideoTrack } from './ffmpeg/probe-media.ts';
export { channelsOf, type FrameFormat, type Rational, secondsOf, type VideoFrame } from './frame.ts';
export { type BlendableFrame, FrameBlender } from './motion/frame-blender.ts';
export { type WarpingError, WarpingErrorMeter } from './motion/warping-error.ts';
export {
  InstanceTracker,
  type TrackedFrame,
  type TrackedInstance,
  type TrackingOptions,
} from './tracking/instance-tracker.ts';
export {
  type FrameImage,
  type FrameSegmenter,
  type TranslatedFrame,
  type TranslateFramesOptions,
  translateFrames,
} from './translate/translate-frames.ts';
export { joinShards, type TranslateVideoOptions, translateVideo } from './translate/translate-video.ts';
export type { VideoJobOptions } from './translate/video-job.ts';
export type {
  VideoFinished,
  VideoFrameDone,
  VideoPartDone,
  VideoProgress,
  VideoStarted,
} from './translate/video-progress.ts';
