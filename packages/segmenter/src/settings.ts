/** The settings of segmenters, without what computes: command lines and docs load in an instant. */
export { SEGMENTER_PRESETS, SEGMENTER_SETTINGS, type SegmenterPresetName } from './config/segmenter-settings.ts';
export { SPLIT_SETTINGS } from './instances/split-settings.ts';
