/** For tests of what reads files: formats that are read within a run, and how `.pth` files are written. */
export { readBest, writeBest } from '../checkpoint/best-checkpoint.ts';
export { formatManifest, MANIFEST_FILE, parseManifest } from '../checkpoint/checkpoint-manifest.ts';
export * from '../checkpoint/test-support/torch-writer.ts';
export { readClassifier, writeClassifier } from '../evaluation/classifier/classifier-file.ts';
export { freshClassifier } from '../evaluation/classifier/classifier-network.ts';
export { parseLock } from '../events/lock-file.ts';
