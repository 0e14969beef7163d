export { type DrawDatasetOptions, type DrawnDataset, drawDataset } from './draw/draw-dataset.ts';
