import t from 'tap';
import { openTestBackend } from '../helpers/open-backend.ts';
import { modelSuite } from './model-suite.ts';
import { opSuite } from './op-suite.ts';

if (await openTestBackend(t, 'cpu')) {
  opSuite(t);
  modelSuite(t, { leakSteps: 5 });
}
