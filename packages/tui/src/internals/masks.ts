/** For benchmarks of videos: the masks that the command finds for pictures and frames. */
export { masksOfPictures } from '../actions/segment-pictures.ts';
export { openFrameMasks } from '../actions/video-masks.ts';
