import t from 'tap';
import { findRuntime } from '../runtime-command.ts';
import { runtimeSuite } from '../runtime-suite.ts';

const runtime = await findRuntime('deno');
if (typeof runtime === 'string') t.test('core, datasets and the command on deno', { skip: runtime }, () => {});
else runtimeSuite(t, 'deno', runtime);
