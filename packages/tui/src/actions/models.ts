import { UsageError } from '@instagan/core/events';
import { type ShippedModel, shippedModel, shippedModels } from '@instagan/models';
import { formatTable } from '../output/format.ts';
import { openTerminal, printJson } from '../output/terminal.ts';

export interface ModelsCommandOptions {
  readonly json?: true;
}

/**
 * `instagan models`: all shipped models, or the card of one.
 *
 * @throws UsageError if none has the name
 */
export function modelsAction(name: string | undefined, { json }: ModelsCommandOptions): void {
  const models = name === undefined ? shippedModels() : [modelOf(name)];
  if (json) {
    printJson({ models });
    return;
  }
  const terminal = openTerminal();
  const lines = name === undefined ? listOf(models) : models.flatMap(cardOf);
  for (const line of lines) terminal.line(line);
}

function modelOf(name: string): ShippedModel {
  const model = shippedModel(name);
  if (model !== undefined) return model;
  const names = shippedModels().map((each) => each.name);
  throw new UsageError(`There is no model ${name}: give one of ${names.join(', ')}.`);
}

function listOf(models: readonly ShippedModel[]): string[] {
  const rows = models.map(({ name, card }) => [name, card.objects, card.size, card.summary]);
  return [...formatTable([['name', 'objects', 'size', 'what it does'], ...rows]), '', 'More: instagan models NAME'];
}

function cardOf({ name, folder, card }: ShippedModel): string[] {
  const rows = [
    ['name', name],
    ['does', card.summary],
    ['objects', card.objects],
    ['size', card.size],
    ['trained', `${card.steps} steps, ${card.hours} h on ${card.device}`],
    ['licence', card.licence],
    ['folder', folder],
  ];
  const figures = Object.entries(card.scores.figures).map(([what, figure]) => [`  ${what}`, figure]);
  const hashes = Object.entries(card.sha256).map(([file, hash]) => `  ${hash}  ${file}`);
  return [
    ...formatTable(rows),
    '',
    ...['made by', ...card.commands.map((command) => `  ${command}`), ''],
    ...['scores', ...formatTable(figures), `  by: ${card.scores.command}`, ''],
    ...['SHA-256', ...hashes],
  ];
}
