// For @tensorflow/tfjs-core 4.22.0.
// Why: backpropagation keeps every saved tensor and every gradient until it has reached the inputs.
// Without it: a training step takes as much memory again as its activations.

import * as tf from '@tensorflow/tfjs';

/**
 * Makes backpropagation dispose of what it has passed: the tensors an operation saved, and the gradients of its outputs.
 * Call it at the end of a function that is being differentiated.
 *
 * @param readsFirstOnly whether the gradient of a kernel reads that of its first output only: the others are then not
 *   filled with zeros
 */
export function releaseTapeWhenPassed(readsFirstOnly: (kernelName: string) => boolean): void {
  let passed: tf.Tensor[] = [];
  for (const node of tf.engine().state.activeTape) {
    const { gradient, saved = [] } = node;
    if (gradient === undefined) continue;
    node.gradient = (dys) => {
      // The gradients of the node before are complete: nodes come in reverse order, each after all that use its outputs.
      tf.dispose(passed);
      passed = [...dys.filter((dy) => dy !== null), ...saved];
      // For outputs without a gradient tfjs would make zeros.
      const given = readsFirstOnly(node.kernelName) ? dys.map((dy) => dy ?? (dys[0] as tf.Tensor)) : dys;
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
