/** For documentation and benchmarks: tables of Markdown. */
export { markdownTable } from '../output/format.ts';
