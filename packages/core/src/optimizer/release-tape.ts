import * as tf from '@tensorflow/tfjs';
import { isDefinedOp } from '../ops/define-op.ts';

/**
 * To be called at the end of a function that is being differentiated. Makes backpropagation let go of what it has
 * passed: the tensors an operation saved, and the gradients of its outputs. tfjs keeps all of them until the end, which
 * costs as much memory again as the activations.
 */
export function releaseTapeWhenPassed(): void {
  let passed: tf.Tensor[] = [];
  for (const node of tf.engine().state.activeTape) {
    const { gradient, saved = [] } = node;
    if (gradient === undefined) continue;
    node.gradient = (dys) => {
      // The gradients of the node before are complete: nodes come in reverse order, each after all that use its outputs.
      tf.dispose(passed);
      passed = [...dys.filter((dy) => dy !== null), ...saved];
      // For outputs without a gradient tfjs would make zeros, which the gradients of this project's ops do not look at.
      const given = isDefinedOp(node.kernelName) ? dys.map((dy) => dy ?? (dys[0] as tf.Tensor)) : dys;
      return Object.fromEntries(
        Object.entries(gradient(given)).map(([input, gradientOf]) => [
          input,
          () => {
            const dx = gradientOf();
            return passed.includes(dx) ? tf.clone(dx) : dx;
          },
        ]),
      );
    };
  }
}
