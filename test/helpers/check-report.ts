import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What was tried, and what came of it. */
export class CheckReport {
  readonly #failures: string[] = [];
  readonly #figures = new Map<string, number>();
  #passed = 0;
  #skipped = 0;

  /** Runs a check, which fails by throwing. */
  async check(name: string, run: () => Promise<void>): Promise<void> {
    const begin = performance.now();
    try {
      await run();
      this.#passed++;
      console.log(`ok      ${name} (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
    } catch (error) {
      this.#failures.push(name);
      console.log(`FAILED  ${name}: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    }
  }

  skip(name: string, reason: string): void {
    this.#skipped++;
    console.log(`skipped ${name}: ${reason}`);
  }

  /** Adds to a number that the end tells. */
  figure(name: string, value: number): void {
    this.#figures.set(name, (this.#figures.get(name) ?? 0) + value);
  }

  /** Prints the figures and counts, and leaves the counts in a file. @returns whether nothing failed */
  async end(file: string): Promise<boolean> {
    console.log('');
    for (const [name, value] of this.#figures) console.log(`${String(value).padStart(8)}  ${name}`);
    for (const name of this.#failures) console.log(`FAILED  ${name}`);
    const counts = { passed: this.#passed, failed: this.#failures.length, skipped: this.#skipped };
    console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify({ ...counts, figures: Object.fromEntries(this.#figures) })}\n`);
    return counts.failed === 0;
  }
}
