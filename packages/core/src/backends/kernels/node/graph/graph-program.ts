import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Handle, TensorflowBinding } from '../../../../tfjs/tensorflow-binding.ts';
import { type RecordedModel, TAG } from './recorded-model.ts';

/** A graph that TensorFlow has loaded. */
export class GraphProgram {
  /** Operations and constants. */
  readonly size: number;
  readonly #binding: TensorflowBinding;
  readonly #session: number;
  readonly #feeds: string;
  readonly #fetches: string;

  /** @throws Error if TensorFlow refuses the graph, or no folder can be made for it */
  constructor(binding: TensorflowBinding, { file, feeds, fetches, size }: RecordedModel) {
    this.#binding = binding;
    this.#feeds = feeds.join(',');
    this.#fetches = fetches.join(',');
    this.size = size;
    // The addon takes graphs from files only.
    const folder = mkdtempSync(path.join(tmpdir(), 'instagan-graph-'));
    try {
      writeFileSync(path.join(folder, 'saved_model.pb'), file, { mode: 0o600 });
      this.#session = binding.loadSavedModel(folder, TAG);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /**
   * @param fed ids, one for each feed
   * @returns one tensor for each fetch
   */
  run(fed: readonly number[]): Handle[] {
    return this.#binding.runSavedModel(this.#session, fed, this.#feeds, this.#fetches);
  }

  dispose(): void {
    this.#binding.deleteSavedModel(this.#session);
  }
}
