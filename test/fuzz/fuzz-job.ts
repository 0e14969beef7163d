/** What a worker is to try. */
export interface FuzzJob {
  readonly target: string;
  readonly seed: number;
  readonly seconds: number;
  /** Most inputs. */
  readonly inputs: number;
  /** Finds of earlier runs, to begin with. */
  readonly corpus: readonly Uint8Array[];
  /** Float64 when the current input was begun (0 between two), Int32 its length, Int32 how many were tried, and from byte 16 on its bytes. */
  readonly shared: SharedArrayBuffer;
}

export interface Find {
  readonly fault: string;
  readonly input: Uint8Array;
}

/** What came of it. */
export interface FuzzResult {
  readonly type: 'done';
  readonly tried: number;
  /** Different ways through the code. */
  readonly ways: number;
  /** Inputs that took new ones. */
  readonly corpus: number;
  readonly finds: readonly Find[];
}
