import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { paritySuite } from './parity-suite.ts';

await tf.setBackend('cpu');
paritySuite(t);
