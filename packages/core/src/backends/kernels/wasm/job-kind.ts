/** Kinds of work of the WebAssembly module, in the numbers of wasm/assembly/units.ts. */
export const JobKind = {
  filterPanels: 0,
  convolution: 1,
  filterGradient: 2,
  normSums: 3,
  normStatistics: 4,
  normValues: 5,
  normGradientSums: 6,
  normGradientMeans: 7,
  normGradientValues: 8,
  reflectPad: 9,
  reflectPadGradient: 10,
  adam: 11,
  reduce: 12,
  absoluteDifference: 13,
  absoluteDifferenceTotal: 14,
  setSum: 15,
  setSpread: 16,
} as const;

export type JobKind = (typeof JobKind)[keyof typeof JobKind];
