/** For tests of what marks the folders that were made here. */
export { openBuiltFolder } from '../build/built-folder.ts';
export { openDrawnFolder } from '../draw/drawn-folder.ts';
