/** For tests of the documentation: the commands and their options. */
export { createProgram } from '../program.ts';
