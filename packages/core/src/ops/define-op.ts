import * as tf from '@tensorflow/tfjs';

type Inputs = Record<string, tf.Tensor>;
type Attributes = Record<string, unknown>;

/**
 * A differentiable operation: what it computes, in stock tfjs ops, and its gradient.
 *
 * Backends may register a faster kernel under the same name (`backends/kernels/<backend>/`); where none is registered
 * the reference runs. A gradient is written in terms of other ops, so it is fast wherever those are.
 */
export interface OpDefinition<A extends object> {
  /** Name in tfjs's kernel registry, shared with the fast kernels. */
  readonly name: string;
  /** The readable implementation in stock ops; right on every backend. */
  readonly reference: (inputs: Inputs, attributes: A) => tf.Tensor | tf.Tensor[];
  /** Inputs and outputs that the gradient needs; handed to it as `saved`, inputs first. */
  readonly saveInputs?: readonly string[];
  readonly saveOutputs?: readonly boolean[];
  /**
   * One function per differentiable input, called only if that input's gradient is wanted: a frozen network costs no
   * filter gradients. `dy` is the gradient of the first output; the others are constants by definition.
   */
  readonly gradient?: (dy: tf.Tensor, saved: tf.Tensor[], attributes: A) => Record<string, () => tf.Tensor>;
}

const defined = new Set<string>();

/** Whether {@link defineOp} defined an op of this name: its gradient reads that of its first output only. */
export function isDefinedOp(name: string): boolean {
  return defined.has(name);
}

/** Turns a definition into a function. Registers with tfjs at the first call, so importing an op has no side effect. */
export function defineOp<A extends object>(
  definition: OpDefinition<A>,
): (inputs: Inputs, attributes: A) => [tf.Tensor, ...tf.Tensor[]] {
  const { name, reference, saveInputs = [], saveOutputs = [], gradient } = definition;
  let gradientRegistered = false;
  return (inputs, attributes) => {
    if (gradient !== undefined && !gradientRegistered) {
      tf.registerGradient({
        kernelName: name,
        inputsToSave: [...saveInputs],
        outputsToSave: [...saveOutputs],
        gradFunc: (dy, saved, attrs) =>
          gradient(Array.isArray(dy) ? (dy[0] as tf.Tensor) : dy, saved, attrs as unknown as A),
      });
      gradientRegistered = true;
      defined.add(name);
    }
    const backendName = tf.getBackend();
    if (tf.getKernel(name, backendName) === undefined) {
      tf.registerKernel({
        kernelName: name,
        backendName,
        kernelFunc: (call) => tf.tidy(() => reference(call.inputs as Inputs, call.attrs as unknown as A)),
      });
    }
    const outputs = tf.engine().runKernel(name, inputs, attributes as unknown as tf.NamedAttrMap & Attributes);
    return (Array.isArray(outputs) ? outputs : [outputs]) as [tf.Tensor, ...tf.Tensor[]];
  };
}
