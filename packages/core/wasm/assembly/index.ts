// Everything works on addresses in the memory of the host module: no data, no stack, no heap of its own.
export { run, serve, stop } from './pool';
