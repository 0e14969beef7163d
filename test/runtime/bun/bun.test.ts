import t from 'tap';
import { findRuntime } from '../runtime-command.ts';
import { runtimeSuite } from '../runtime-suite.ts';

const runtime = await findRuntime('bun');
if (typeof runtime === 'string') t.test('core, datasets and the command on bun', { skip: runtime }, () => {});
else runtimeSuite(t, 'bun', runtime);
