import t from 'tap';
import { openTestBackend } from '../helpers/open-backend.ts';
import { paritySuite } from './parity-suite.ts';

if (await openTestBackend(t, 'cpu')) paritySuite(t);
