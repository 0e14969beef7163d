import { type BackendDescription, describeBackends } from '@instagan/core/backends';
import { formatTable } from '../output/format.ts';
import { openTerminal, printJson } from '../output/terminal.ts';

export interface BackendsCommandOptions {
  readonly json?: true;
}

/** `instagan backends`: what opens here, best first, and the fix for what does not. */
export async function backendsAction(options: BackendsCommandOptions): Promise<void> {
  const backends = await describeBackends();
  if (options.json) {
    printJson({ backends });
    return;
  }
  const terminal = openTerminal();
  const rows = [['backend', 'opens', 'threads', 'device', 'features'], ...backends.map(rowOf)];
  for (const line of formatTable(rows)) terminal.line(line);
  const remarks = backends.flatMap(remarksOn);
  if (remarks.length > 0) terminal.line();
  for (const remark of remarks) terminal.line(remark);
}

function rowOf(backend: BackendDescription): string[] {
  if (!backend.opens) return [backend.name, 'no', '', '', ''];
  const { name, threads, device, features } = backend;
  return [name, 'yes', threads === undefined ? '' : String(threads), device, features.join(', ')];
}

function remarksOn(backend: BackendDescription): string[] {
  if (!backend.opens) return [`${backend.name}: ${backend.fix}`];
  const software = backend.software
    ? ['The adapter is emulated on the CPU: it computes right, but slowly; auto passes it by.']
    : [];
  return [...software, ...backend.notes].map((note) => `${backend.name}: ${note}`);
}
