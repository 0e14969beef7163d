import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { exportRun } from '@instagan/core';
import type { CheckpointOptions } from '../options/shared.ts';
import { formatBytes } from '../output/format.ts';
import { openTerminal, printJson } from '../output/terminal.ts';

export interface ExportCommandOptions extends CheckpointOptions {
  readonly run: string;
  readonly output: string;
  readonly meanWith?: string;
  readonly half?: true;
  readonly json?: true;
}

/** `instagan export`: see `exportRun`, which says what it throws. */
export async function exportAction(options: ExportCommandOptions): Promise<void> {
  const { run, output, half, checkpoint, meanWith, json } = options;
  const mean = meanWith === undefined ? {} : { meanWith };
  const { step, file, warnings } = await exportRun(run, output, {
    floatType: half ? 'F16' : 'F32',
    checkpoint,
    ...mean,
  });
  const bytes = await readFile(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (json) {
    printJson({ run, output, step, file, sizeBytes: bytes.length, sha256, warnings });
    return;
  }
  const terminal = openTerminal();
  for (const warning of warnings) terminal.remark(warning);
  terminal.line(`Step ${step} of ${run} is in ${output}: ${formatBytes(bytes.length)}, SHA-256 ${sha256}.`);
}
