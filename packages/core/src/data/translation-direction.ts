export const DIRECTIONS = ['AtoB', 'BtoA'] as const;
export type TranslationDirection = (typeof DIRECTIONS)[number];
