import {
  createRng,
  disposeTrainingState,
  initialTrainingState,
  openBackend,
  readMeasurements,
  trainStep,
  translationNetworks,
} from '@instagan/core';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { directRunner, type Program, type ProgramRunner } from '../../packages/core/src/backends/program.ts';
import { disposeSamples, uploadSamples } from '../../packages/core/src/training/device-samples.ts';
import { tinyConfig, tinySample } from '../../packages/core/src/training/test-support/tiny-training.ts';
import { relativeDistance } from '../helpers/float64.ts';
import { skipReason } from '../helpers/open-backend.ts';

const SIZE_PX = 32;
const NETWORK = { ngf: 2, ndf: 2, blocks: 1 };
/** Enough for every program of the step to be recorded, and replayed some times. */
const STEPS = 20;
/**
 * Largest difference of weights, relative to the largest weight, and of losses: less than one update moves weights that
 * have hardly any gradient, whose direction rounding may turn.
 */
const EQUAL = 1e-4;

const skip = await skipReason('node');
t.test('training steps that node replays are those that it computes operation by operation', { skip }, async (t) => {
  const backend = await openBackend('node', { log: (message) => t.comment(message) });
  t.teardown(() => backend.close());
  const networks = translationNetworks('instagan', NETWORK);
  const config = tinyConfig({
    ...NETWORK,
    size: { height: SIZE_PX, width: SIZE_PX },
    instancesPerChunk: 2,
    weights: { consistency: 1 },
  });
  const [a, b] = [3, 4].map((instances) => uploadSamples([tinySample(`${instances}`, instances, SIZE_PX)], 'instagan'));

  /** @returns the losses of the last step, and all weights in one vector */
  async function train(programs: ProgramRunner) {
    const state = initialTrainingState(networks, 1, 50);
    const settings = {
      config,
      learningRate: { generator: 1e-4, discriminator: 1e-4 },
      poolRng: createRng(1),
      motionRng: createRng(2),
      programs,
    };
    let losses: readonly unknown[] = [];
    for (let step = 0; step < STEPS; step++) {
      const updates = Array.from(trainStep(state, networks, a!, b!, settings), ({ measurements }) => measurements);
      losses = Object.values(await readMeasurements(updates));
    }
    const trained = [
      state.generatorAToB,
      state.generatorBToA,
      state.discriminatorA.trained,
      state.discriminatorB.trained,
    ];
    const weights = trained.flatMap(({ parameters }) =>
      [...parameters.values()].flatMap((each) => [...each.dataSync()]),
    );
    const held = tf.memory().numTensors;
    disposeTrainingState(state);
    return { losses: losses as number[], weights, held };
  }

  let computed = 0;
  const counting: ProgramRunner = {
    run: (program: Program) =>
      backend.programs!.run({
        ...program,
        compute(inputs) {
          computed++;
          return program.compute(inputs);
        },
      }),
  };
  const [direct, replayed] = [await train(directRunner), await train(counting)];
  t.ok(computed < 4 * STEPS, `${computed} of ${6 * STEPS} programs were computed operation by operation`);
  t.equal(replayed.held, direct.held, 'and no tensor is left behind');
  const distance = relativeDistance(Float64Array.from(replayed.weights), Float64Array.from(direct.weights));
  t.ok(distance < EQUAL, `weights differ by ${distance}`);
  for (const [i, loss] of direct.losses.entries()) {
    t.ok(
      Math.abs((replayed.losses[i] ?? Number.NaN) - loss) < EQUAL * Math.max(1, Math.abs(loss)),
      `loss ${i}: ${loss}`,
    );
  }
  disposeSamples([...a!, ...b!]);
});
