/** For tests of what comes through pipes and lies in the folders of unfinished jobs. */
export { bytesOf } from '../nut/byte-source.ts';
export { nutChecksum } from '../nut/nut-format.ts';
export { NutError, NutReader } from '../nut/nut-reader.ts';
export { nutFrameHeader, nutHeader } from '../nut/nut-writer.ts';
export { openParts, readParts } from '../parts/part-folder.ts';
export { optionsOfShards } from '../translate/video-plan.ts';
