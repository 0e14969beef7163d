import { type ModelCard, shippedModels } from '@instagan/models';
import { markdownTable } from '@instagan/tui/internals/tables';
import { withParts } from './generated-parts.ts';

/** `docs/results.md` with what the cards of the shipped models say. @throws Error if a part has no markers on the page */
export function withModels(page: string): string {
  const models = shippedModels();
  return withParts(page, {
    'shipped models': () =>
      markdownTable([
        ['model', 'what it does', 'size', 'steps', 'hours', 'device'],
        ...models.map(({ name, card }) => [
          `\`${name}\``,
          card.summary,
          card.size,
          String(card.steps),
          String(card.hours),
          card.device,
        ]),
      ]),
    'shipped scores': () => models.map(({ name, card }) => scores(name, card)).join('\n\n'),
    'shipped commands': () =>
      ['```', ...new Set(models.flatMap(({ card }) => card.commands.map(typed))), '```'].join('\n'),
  });
}

function scores(name: string, { scores: { figures, command } }: ModelCard): string {
  const table = markdownTable([[`\`${name}\``, ''], ...Object.entries(figures)]);
  const commands = command.split(' && ').map(typed);
  return [table, ['```', ...commands, '```'].join('\n')].join('\n\n');
}

/** A command as it is typed in a folder that has the package. */
function typed(command: string): string {
  return command.startsWith('instagan ') ? `npx ${command}` : command;
}
