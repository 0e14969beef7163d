import type { RunEntry } from './run-entry.ts';
import { factsOf, type RunFacts } from './run-facts.ts';

type Operator = '>=' | '<=' | '!=' | '=' | '>' | '<' | '~';

/** Short names for what is filtered by most. */
const ALIASES: Readonly<Record<string, string>> = {
  lr: 'learningRate.generator',
  name: 'run',
  status: 'state',
  pace: 's/step',
};

/**
 * Whether a run passes a filter: words separated by blanks, all of which must hold. `lr>=1e-3` compares a setting, loss, score,
 * step or state (`>=`, `<=`, `>`, `<`, `=`, `!=`, and `~` for a part of a text); a word alone is a part of the name or the state.
 */
export function passesFilter(run: RunEntry, filter: string): boolean {
  const facts = factsOf(run);
  return filter.split(/\s+/).every((term) => term === '' || passesTerm(facts, term));
}

function passesTerm(facts: RunFacts, term: string): boolean {
  const [, name, operator, wanted = ''] = /^([^<>=!~]+)(>=|<=|!=|[=<>~])(.*)$/.exec(term) ?? [];
  if (name === undefined || operator === undefined) {
    return ['run', 'state'].some((fact) => contains(facts.get(fact), term));
  }
  // While it is being typed, a comparison with nothing lets everything pass.
  if (wanted === '') return true;
  const values = valuesOf(facts, name);
  if (operator === '!=') return values.every((value) => compares(value, operator, wanted));
  return values.some((value) => compares(value, operator as Operator, wanted));
}

/** What a name stands for: a fact, one of its group, or the last part of its dotted name; `--learning-rate` as its option is written. */
function valuesOf(facts: RunFacts, name: string): (string | number)[] {
  const camel = name.replace(/^--/, '').replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const key = (ALIASES[camel.toLowerCase()] ?? camel).toLowerCase();
  const entries = [...facts].map(([fact, value]) => [fact.toLowerCase(), value] as const);
  const exact = entries.filter(([fact]) => fact === key);
  const found =
    exact.length > 0 ? exact : entries.filter(([fact]) => fact.endsWith(`.${key}`) || fact.startsWith(`${key}.`));
  return found.map(([, value]) => value);
}

function compares(value: string | number, operator: Operator, wanted: string): boolean {
  const number = Number(wanted);
  const areNumbers = typeof value === 'number' && !Number.isNaN(number);
  switch (operator) {
    case '=':
      return areNumbers ? value === number : String(value).toLowerCase() === wanted.toLowerCase();
    case '!=':
      return !compares(value, '=', wanted);
    case '~':
      return contains(value, wanted);
    case '>':
      return areNumbers && value > number;
    case '<':
      return areNumbers && value < number;
    case '>=':
      return areNumbers && value >= number;
    case '<=':
      return areNumbers && value <= number;
  }
}

function contains(value: string | number | undefined, part: string): boolean {
  return String(value ?? '')
    .toLowerCase()
    .includes(part.toLowerCase());
}
