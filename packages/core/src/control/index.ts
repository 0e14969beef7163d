/** The channel by which a running training is controlled, without what computes. */
export { sendControl } from './control-client.ts';
export type { ControlCommand } from './control-command.ts';
export { type ControlServer, openControlServer } from './control-server.ts';
export { TrainingControl } from './training-control.ts';
