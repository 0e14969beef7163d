import t from 'tap';
import { openTestBackend } from '../helpers/open-backend.ts';
import { modelSuite } from './model-suite.ts';
import { LARGE_OP_CASES, OP_CASES } from './op-cases/op-cases.ts';
import { opSuite } from './op-suite.ts';

if (await openTestBackend(t, 'webgpu')) {
  opSuite(t, [...OP_CASES, ...LARGE_OP_CASES]);
  modelSuite(t, { leakSteps: 5 });
}
