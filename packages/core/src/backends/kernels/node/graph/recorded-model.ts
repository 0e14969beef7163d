import type { TensorflowBinding } from '../../../../tfjs/tensorflow-binding.ts';
import { FunctionBytes, nested } from './function-bytes.ts';
import { MessageWriter } from './message-writer.ts';
import { operationSignature } from './operation-signatures.ts';
import type { Constant, RecordedOperation, Recording, Source, Value } from './recording.ts';
import type { FunctionDef, NodeDef, TensorflowMessages } from './tensorflow-messages.ts';

/** The tag by which the graph is found in its file. */
export const TAG = 'serve';

const BODY = 'body';
const CALL = 'call';
const FED = 'fed';

/** The graph version of TensorFlow 2.9, the oldest that is used. */
const PRODUCER = 1087;

/**
 * Operations that may be begun before the oldest one is done. Without a limit TensorFlow computes whatever can be, in any
 * order, and holds the results: fewer take less memory, more keep all threads busy.
 */
const LOOKAHEAD = 16;

/**
 * Operations that TensorFlow with oneDNN merges with the one before them, such as a convolution and its bias. It takes any operation
 * that they wait for to be that one, and ends the process as that has too many inputs (`mkl_layout_pass.cc`): their input waits in
 * their place.
 */
const MERGED: ReadonlySet<string> = new Set(['Conv2D', 'BiasAdd']);

/** Numbers of the fields on the way from a saved model to a function. */
const FIELDS = { metaGraph: 2, graph: 2, library: 2, function: 1 } as const;

/** A `ConfigProto` with `graph_options { rewrite_options { disable_meta_optimizer: true } }`. */
const AS_IT_IS = Uint8Array.of(0x52, 5, 0x52, 3, 0x98, 1, 1);

/** A recording in the form in which TensorFlow loads it. */
export interface RecordedModel {
  /** The file `saved_model.pb`. */
  readonly file: Uint8Array;
  /** Names of what is fed, in the order of the recording. */
  readonly feeds: readonly string[];
  /** Names of the results, in their order. */
  readonly fetches: readonly string[];
  /** Operations and constants in the graph. */
  readonly size: number;
}

/**
 * Writes a recording as a graph of one function and its call.
 *
 * TensorFlow's optimiser of graphs would take some ten times as long as the rest of loading, for little gain: kernels are as
 * few as they can be. It passes graphs by that have fewer than four nodes, functions marked as of `tf.data`, and calls
 * that turn it off, so that all of this is what is done.
 *
 * @param fed data types of what is fed
 * @param results what is computed; nothing else is, apart from what that takes
 * @throws Error if an operation is none of those that graphs can be made of
 */
export function recordedModel(
  messages: TensorflowMessages,
  binding: TensorflowBinding,
  recording: Recording,
  fed: readonly number[],
  results: readonly Value[],
): RecordedModel {
  const writer = new MessageWriter(messages, binding);
  const body = new FunctionBytes(messages);
  for (const node of bodyNodes(writer, recording, results)) body.add(node);
  body.finish(signature(writer, recording, fed, results));
  const call = writer.node(
    CALL,
    'PartitionedCall',
    fed.map((_, i) => `${FED}:${i}`),
    {
      Tin: writer.types(fed),
      Tout: writer.types(results.map(({ dtype }) => dtype)),
      f: writer.functionNamed(BODY),
      config_proto: writer.bytes(AS_IT_IS),
    },
  );
  // It never runs, since all of its outputs are fed: one node for tensors of any types and shapes.
  const entry = writer.node(FED, 'Unstage', [], { dtypes: writer.types(fed) });
  return {
    file: savedModel(messages, [entry, call], body.bytes()),
    feeds: fed.map((_, i) => `${FED}:${i}`),
    fetches: results.map((_, i) => `${CALL}:${i}`),
    size: body.nodes,
  };
}

/** The constants and operations that the results take, in the order of the recording. */
function* bodyNodes(
  writer: MessageWriter,
  { operations, constants }: Recording,
  results: readonly Value[],
): Generator<NodeDef> {
  const { usedOperations, usedConstants } = whatIsUsed(operations, results);
  for (const i of usedConstants) yield writer.constant(`c${i}`, constants[i] as Constant);
  const order: number[] = [];
  for (const [i, { name, attributes, inputs }] of operations.entries()) {
    if (!usedOperations.has(i)) continue;
    const { types } = operationSignature(name);
    const inferred = Object.entries(types).map(([type, input]) => [type, writer.type((inputs[input] as Value).dtype)]);
    const given = attributes.map((attribute) => [attribute.name, writer.ofCall(attribute)]);
    const waitsFor = order.at(-LOOKAHEAD);
    const references = inputs.map(({ source }) => reference(source, operations));
    if (waitsFor !== undefined && MERGED.has(name)) {
      const [x] = inputs as [Value];
      yield writer.node(`w${i}`, 'Identity', [references[0] as string, `^n${waitsFor}`], { T: writer.type(x.dtype) });
      references[0] = `w${i}:output:0`;
    } else if (waitsFor !== undefined) references.push(`^n${waitsFor}`);
    yield writer.node(`n${i}`, name, references, Object.fromEntries([...inferred, ...given]));
    order.push(i);
  }
}

function whatIsUsed(operations: readonly RecordedOperation[], results: readonly Value[]) {
  const usedOperations = new Set<number>();
  const usedConstants = new Set<number>();
  const use = ({ source }: Value) => {
    if (source.kind === 'output') usedOperations.add(source.operation);
    else if (source.kind === 'constant') usedConstants.add(source.index);
  };
  results.forEach(use);
  for (let i = operations.length - 1; i >= 0; i--) {
    if (usedOperations.has(i)) (operations[i] as RecordedOperation).inputs.forEach(use);
  }
  return { usedOperations, usedConstants };
}

/** How a node of the function names what it takes. */
function reference(source: Source, operations: readonly RecordedOperation[]): string {
  if (source.kind === 'fed') return `p${source.index}`;
  if (source.kind === 'constant') return `c${source.index}:output:0`;
  const { outputs } = operationSignature((operations[source.operation] as RecordedOperation).name);
  const [only] = outputs;
  const output = outputs.length === 1 ? `${only}:${source.index}` : `${outputs[source.index]}:0`;
  return `n${source.operation}:${output}`;
}

/** The function without its nodes. */
function signature(
  writer: MessageWriter,
  { operations }: Recording,
  fed: readonly number[],
  results: readonly Value[],
): FunctionDef {
  const { FunctionDef, OpDef } = writer.messages;
  const argument = (name: string, dtype: number) => {
    const made = new OpDef.ArgDef();
    made.setName(name);
    made.setType(dtype);
    return made;
  };
  const types = new OpDef();
  types.setName(BODY);
  types.setInputArgList(fed.map((dtype, i) => argument(`p${i}`, dtype)));
  types.setOutputArgList(results.map(({ dtype }, i) => argument(`r${i}`, dtype)));
  const made = new FunctionDef();
  made.setSignature(types);
  const returned = made.getRetMap();
  for (const [i, { source }] of results.entries()) returned.set(`r${i}`, reference(source, operations));
  for (const mark of ['_noinline', '_tf_data_function']) made.getAttrMap().set(mark, writer.flag(true));
  return made;
}

function savedModel(messages: TensorflowMessages, nodes: readonly NodeDef[], body: Uint8Array): Uint8Array {
  const versions = new messages.VersionDef();
  versions.setProducer(PRODUCER);
  const graph = new messages.GraphDef();
  graph.setVersions(versions);
  graph.setNodeList(nodes);
  const information = new messages.MetaGraphDef.MetaInfoDef();
  information.addTags(TAG);
  const metaGraph = new messages.MetaGraphDef();
  metaGraph.setMetaInfoDef(information);
  const model = new messages.SavedModel();
  model.setSavedModelSchemaVersion(1);
  const library = nested(FIELDS.function, body);
  const graphBytes = Buffer.concat([graph.serializeBinary(), nested(FIELDS.library, library)]);
  const metaGraphBytes = Buffer.concat([metaGraph.serializeBinary(), nested(FIELDS.graph, graphBytes)]);
  return Buffer.concat([model.serializeBinary(), nested(FIELDS.metaGraph, metaGraphBytes)]);
}
