/** How the invocations of a workgroup bring a tile of an operand into shared memory, in slots of one vector each. */
export interface TileLoading {
  /** Statements that define what the expressions below use; `thread` is the index of the invocation. */
  readonly declare: string;
  readonly slots: readonly number[];
  /** Vectors from a row or column of the tile to the next if the operand lies along the depth, else from k to k + 1. */
  readonly stride: number;
  /** Vectors in shared memory. */
  readonly size: number;
  /** Row or column of the tile at which a slot starts. */
  across(slot: number): string;
  /** k within the tile at which a slot starts. */
  down(slot: number): string;
  /** Where in shared memory a slot goes. */
  place(slot: number): string;
  /** Makes a statement depend on there being a vector for this slot. */
  guard(slot: number, statement: string): string;
}

/**
 * @param name prefix of the names declared
 * @param alongDepth whether neighbours in memory are neighbours in k, or else in the row or column
 * @param width rows or columns of the tile, a power of two like the other sizes
 * @param padding vectors left free behind each run, so that neighbouring runs lie in different banks
 */
export function tileLoading(
  name: string,
  alongDepth: boolean,
  { width, depth, threads, padding }: { width: number; depth: number; threads: number; padding: number },
): TileLoading {
  const run = (alongDepth ? depth : width) / 4;
  const runs = alongDepth ? width : depth;
  const stride = run + padding;
  const vectors = run * runs;
  // The threads cover whole runs, or each slot a part of one.
  const runsPerSlot = threads / run;
  const whole = runsPerSlot >= 1;
  const runOf = (slot: number) =>
    whole ? `${name}_run + ${slot * runsPerSlot}u` : `${Math.floor((slot * threads) / run)}u`;
  const vectorOf = (slot: number) => (whole ? `${name}_vector` : `${name}_vector + ${(slot * threads) % run}u`);
  return {
    declare: `let ${name}_run = thread / ${run}u; let ${name}_vector = thread % ${run}u;`,
    slots: Array.from({ length: Math.ceil(vectors / threads) }, (_, slot) => slot),
    stride,
    size: stride * runs,
    across: (slot) => (alongDepth ? runOf(slot) : `4u * (${vectorOf(slot)})`),
    down: (slot) => (alongDepth ? `4u * (${vectorOf(slot)})` : runOf(slot)),
    place: (slot) => `(${runOf(slot)}) * ${stride}u + ${vectorOf(slot)}`,
    guard: (slot, statement) =>
      (slot + 1) * threads <= vectors ? statement : `if (thread + ${slot * threads}u < ${vectors}u) { ${statement} }`,
  };
}

/**
 * Statements with which a product begins: its problem, the scales of its operands, the place of the workgroup's tile as `first_row` and
 * `first_column`, and what loading both operands needs. A workgroup without rows ends there.
 *
 * @param problem see `GemmProblem`
 */
export function startStatements(
  problem: { readonly columns: string },
  { rows, columns }: { readonly rows: number; readonly columns: number },
  a: TileLoading,
  b: TileLoading,
): string {
  return `let problem = problem_of(group.z);
  let a_scale = scale_of_a();
  let b_scale = scale_of_b();
  let a_unscale = 1.0 / a_scale;
  let b_unscale = 1.0 / b_scale;
  let tile_index = i32(group.y * groups.x + group.x);
  let tiles_across = (${problem.columns} + ${columns - 1}) / ${columns};
  let first_row = tile_index / tiles_across * ${rows};
  let first_column = tile_index % tiles_across * ${columns};
  if (first_row >= problem.rows) { return; }
  ${a.declare}
  ${b.declare}
  ${a.slots.map((slot) => `let a_row_${slot} = row_of_a(first_row + i32(${a.across(slot)}), problem);`).join('\n  ')}`;
}

/** Statements that read the next vectors of both operands; `declaration` goes before their names. */
export function fetchStatements(a: TileLoading, b: TileLoading, declaration: string): string {
  return [
    ...a.slots.map((i) => `${declaration}a_next_${i} = load_a(a_row_${i}, k + i32(${a.down(i)}), problem);`),
    ...b.slots.map(
      (i) => `${declaration}b_next_${i} = load_b(k + i32(${b.down(i)}), first_column + i32(${b.across(i)}), problem);`,
    ),
  ].join('\n    ');
}

/** Statements that put what was read into shared memory as `vector`s, each operand scaled. */
export function stageStatements(a: TileLoading, b: TileLoading, vector: string): string {
  return [
    ...a.slots.map((i) => a.guard(i, `a_tile[${a.place(i)}] = ${vector}(a_next_${i} * a_scale);`)),
    ...b.slots.map((i) => b.guard(i, `b_tile[${b.place(i)}] = ${vector}(b_next_${i} * b_scale);`)),
  ].join('\n    ');
}
