import t from 'tap';
import { NODE } from '../runtime-command.ts';
import { runtimeSuite } from '../runtime-suite.ts';

runtimeSuite(t, 'node', NODE);
