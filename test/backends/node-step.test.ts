import {
  createRng,
  disposeTrainingState,
  initialTrainingState,
  openBackend,
  readMeasurements,
  trainStep,
  translationModel,
} from '@instagan/core';
import { disposeSamples, uploadSamples } from '@instagan/core/internals/instagan';
import {
  directRunner,
  type Program,
  type ProgramRunner,
  replaceTensors,
  tensorsOf,
} from '@instagan/core/internals/programs';
import { tinyConfig, tinySample } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { BEYOND_PAPER } from '../helpers/beyond-paper.ts';
import { relativeDistance } from '../helpers/float64.ts';
import { skipReason } from '../helpers/open-backend.ts';

const SIZE_PX = 32;
const NETWORK = { ngf: 2, ndf: 2, blocks: 1 };
const SETTINGS = {
  'of the paper': {},
  'beyond the paper': BEYOND_PAPER,
} as const;
/** Full after the first step. */
const POOL_SIZE = 2;
/** When a program is recorded depends on how long it takes: so many steps are enough for all of them anywhere. */
const MAX_STEPS = 12;
/** Of every program, after which more steps show nothing new. */
const ENOUGH_REPLAYS = 2;
/**
 * Largest difference of a result, relative to the largest of its values. In a graph TensorFlow pads in the kernel of the
 * convolution where nothing else reads the padded image, which rounds otherwise; operations of one step amplify that.
 */
const EQUAL = 1e-4;

const skip = await skipReason('node');
for (const [kind, settingsOfKind] of Object.entries(SETTINGS)) {
  t.test(
    `training steps ${kind} that node replays are those that it computes operation by operation`,
    { skip },
    async (t) => {
      const messages: string[] = [];
      const backend = await openBackend('node', { log: (message) => messages.push(message) });
      t.teardown(() => backend.close());
      const network = { ...NETWORK, ...settingsOfKind };
      const model = translationModel(network);
      const config = tinyConfig({
        ...network,
        size: { height: SIZE_PX, width: SIZE_PX },
        instancesPerChunk: 2,
      });
      const [a, b] = [3, 4].map((instances) => uploadSamples([tinySample(`${instances}`, instances, SIZE_PX)]));

      const state = initialTrainingState(model, 1, POOL_SIZE, {
        hasObjectDiscriminators: config.weights.objectDiscriminator > 0,
      });
      let [computed, runs] = [0, 0];
      const replays = new Map<string, number>();
      const worst = { difference: 0, where: 'nowhere' };
      const compare = (where: string, replayed: tf.Tensor, direct: tf.Tensor) => {
        const difference = relativeDistance(
          Float64Array.from(replayed.dataSync()),
          Float64Array.from(direct.dataSync()),
        );
        if (!(difference <= worst.difference)) Object.assign(worst, { difference, where });
      };
      /** Runs each program twice from the same state, and goes on with what was replayed. */
      const comparing: ProgramRunner = {
        run(program: Program) {
          runs++;
          const copies = () => program.state.map((state) => tensorsOf(state).map((tensor) => tf.clone(tensor)));
          const before = copies();
          const direct = directRunner.run(program);
          const directState = copies();
          for (const [i, state] of program.state.entries()) {
            const after = tensorsOf(state);
            replaceTensors(state, before[i] as tf.Tensor[]);
            tf.dispose(after);
          }
          const computedBefore = computed;
          const replayed = backend.programs!.run({
            ...program,
            compute(inputs) {
              computed++;
              return program.compute(inputs);
            },
          });
          replays.set(program.key, (replays.get(program.key) ?? 0) + (computed === computedBefore ? 1 : 0));
          const [name = ''] = program.key.split(' {');
          for (const [i, tensor] of direct.tensors.entries()) compare(`${name} ${i}`, replayed.tensors[i]!, tensor);
          for (const [i, state] of program.state.entries()) {
            for (const [j, tensor] of tensorsOf(state).entries()) compare(`${name} state`, tensor, directState[i]![j]!);
          }
          tf.dispose([[...direct.tensors], directState]);
          return replayed;
        },
      };
      const settings = {
        config,
        learningRate: { generator: 1e-4, discriminator: 1e-4 },
        reconstruction: 0.7,
        poolRng: createRng(1),
        motionRng: createRng(2),
        augmentRng: createRng(3),
        programs: comparing,
      };
      const held: number[] = [];
      const isReplayedEnough = () =>
        computed < runs / 2 && [...replays.values()].every((times) => times >= ENOUGH_REPLAYS);
      for (let step = 0; step < MAX_STEPS && !isReplayedEnough(); step++) {
        const updates = Array.from(trainStep(state, model, a!, b!, settings), ({ measurements }) => measurements);
        await readMeasurements(updates);
        held.push(tf.memory().numTensors);
      }
      t.comment(`largest difference: ${worst.difference}, ${worst.where}`);
      t.ok(worst.difference < EQUAL, `${worst.where} differs by ${worst.difference}`);
      t.ok(computed > 0 && computed < runs / 2, `${computed} of ${runs} programs were computed operation by operation`);
      t.equal(held.at(-1), held[0], 'and no tensor is left behind');
      t.same(messages, [], 'every program could be recorded');
      disposeTrainingState(state);
      disposeSamples([...a!, ...b!]);
    },
  );
}
