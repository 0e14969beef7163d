import * as tf from '@tensorflow/tfjs';

/**
 * What a program takes and returns: tensors in plain objects, arrays and maps nested at will, and beside them constants
 * (numbers, strings, booleans, null, undefined). Interfaces have no index signature, so that signatures say `unknown`.
 */
export type Tree =
  | tf.Tensor
  | Constant
  | readonly Tree[]
  | ReadonlyMap<string, Tree>
  | { readonly [name: string]: Tree };

type Constant = number | string | boolean | null | undefined;

/** A tree without its tensors. */
export type Structure =
  | { readonly kind: 'tensor' }
  | { readonly kind: 'constant'; readonly value: Constant }
  | { readonly kind: 'array'; readonly items: readonly Structure[] }
  | { readonly kind: 'map' | 'object'; readonly names: readonly string[]; readonly items: readonly Structure[] };

/** The tensors of a tree in their order, and its structure without them. */
export interface FlatTree {
  readonly tensors: readonly tf.Tensor[];
  readonly structure: Structure;
}

/**
 * Takes a tree apart.
 *
 * @throws Error if there is a function or an instance of a class in it
 */
export function flatten(tree: unknown): FlatTree {
  const tensors: tf.Tensor[] = [];
  return { structure: takeApart(tree, tensors), tensors };
}

/** The inverse of {@link flatten}, with other tensors if wanted. */
export function unflatten<T>(structure: Structure, tensors: readonly tf.Tensor[]): T {
  let next = 0;
  const build = (part: Structure): unknown => {
    if (part.kind === 'tensor') return tensors[next++];
    if (part.kind === 'constant') return part.value;
    if (part.kind === 'array') return part.items.map(build);
    const entries = part.items.map((item, i) => [part.names[i] as string, build(item)] as const);
    return part.kind === 'map' ? new Map(entries) : Object.fromEntries(entries);
  };
  return build(structure) as T;
}

/** The tensors of a tree, in the order of {@link flatten}. */
export function tensorsOf(tree: unknown): tf.Tensor[] {
  const tensors: tf.Tensor[] = [];
  takeApart(tree, tensors);
  return tensors;
}

/** A key of everything in a tree except the values of tensors: structure, names, constants, shapes and data types. */
export function treeKey(tree: unknown): string {
  if (tree instanceof tf.Tensor) return `${tree.dtype}<${tree.shape.join()}>`;
  if (isConstant(tree)) return constantKey(tree);
  if (Array.isArray(tree)) return `[${tree.map(treeKey).join(' ')}]`;
  let key = tree instanceof Map ? 'map{' : '{';
  // With its length a name may hold anything.
  for (const [name, part] of entriesOf(tree)) key += `${name.length}.${name}:${treeKey(part)} `;
  return `${key}}`;
}

/** Two constants have one key if they are the same value; -0 is another one than 0. */
function constantKey(value: Constant): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return Object.is(value, -0) ? '-0' : String(value);
}

function takeApart(tree: unknown, tensors: tf.Tensor[]): Structure {
  if (tree instanceof tf.Tensor) {
    tensors.push(tree);
    return { kind: 'tensor' };
  }
  if (isConstant(tree)) return { kind: 'constant', value: tree };
  if (Array.isArray(tree)) return { kind: 'array', items: tree.map((item) => takeApart(item, tensors)) };
  const [names, items]: [string[], Structure[]] = [[], []];
  for (const [name, item] of entriesOf(tree)) {
    names.push(name);
    items.push(takeApart(item, tensors));
  }
  return { kind: tree instanceof Map ? 'map' : 'object', names, items };
}

function isConstant(tree: unknown): tree is Constant {
  const type = typeof tree;
  return tree === null || type === 'number' || type === 'string' || type === 'boolean' || type === 'undefined';
}

/** @throws Error if it is neither a map nor a plain object */
function entriesOf(tree: unknown): Iterable<[string, unknown]> {
  if (tree instanceof Map) return tree as Map<string, unknown>;
  const prototype: unknown = typeof tree === 'object' ? Object.getPrototypeOf(tree) : undefined;
  if (prototype === Object.prototype || prototype === null) return Object.entries(tree as object);
  const what = typeof tree === 'object' ? `an instance of ${tree?.constructor.name}` : `a ${typeof tree}`;
  throw new Error(`A program takes tensors and constants in plain objects, arrays and maps, not ${what}.`);
}
