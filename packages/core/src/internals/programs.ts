/** For tests of recorded programs: what a backend is given to run. */
export { directRunner, type Program, type ProgramRunner } from '../programs/program.ts';
export { replaceTensors } from '../programs/state.ts';
export { tensorsOf } from '../programs/tree.ts';
