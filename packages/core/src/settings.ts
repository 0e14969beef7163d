/** The settings of the models, without what computes: command lines and docs load in an instant. */
export { type FixedOtherwise, fixedOtherwise } from './config/fixed-otherwise.ts';
export { type Fields, isFields, mergeFields } from './config/merge-fields.ts';
export * from './config/run-settings.ts';
export * from './config/setting.ts';
export * from './config/setting-text.ts';
export * from './config/settings-table.ts';
export { FIXED_SETTINGS } from './models/cyclegan/settings.ts';
export { INSTAGAN_SETTINGS, PRESETS, type PresetName } from './models/instagan/settings.ts';
export { warmUpSteps } from './models/instagan/warm-up.ts';
