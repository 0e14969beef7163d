/** Parts of images around their objects, without the networks. */
export { type DrawnRegion, drawRegion } from './draw-region.ts';
export { placeRegion, planRegions, type Region, type RegionOptions, type RegionScale } from './plan-regions.ts';
export { type Kernel, type Layout, resample } from './resample.ts';
