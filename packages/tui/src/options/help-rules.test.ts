import type { Command, Option } from 'commander';
import t from 'tap';
import { createProgram } from '../program.ts';

/** Every option of every command, with the command line that it belongs to. */
function optionsOf(command: Command, name = command.name()): { line: string; option: Option }[] {
  return [
    ...command.options.map((option) => ({ line: `${name} ${option.long}`, option })),
    ...command.commands.flatMap((each) => optionsOf(each, `${name} ${each.name()}`)),
  ];
}

const OPTIONS = optionsOf(createProgram(() => {}));

/** Whether an option takes a text. */
function takes({ parseArg, argChoices }: Option, text: string): boolean {
  if (argChoices !== undefined) return argChoices.includes(text);
  try {
    parseArg?.(text, undefined);
    return true;
  } catch {
    return false;
  }
}

/** The options whose help says something, and what it says. */
function saying(pattern: RegExp) {
  return OPTIONS.flatMap(({ line, option }) => {
    const said = pattern.exec(option.description);
    return said === null ? [] : [{ line, option, said: said.slice(1).map(String) }];
  });
}

t.test('every option says what it does', async (t) => {
  t.ok(OPTIONS.length > 100);
  for (const { line, option } of OPTIONS) t.match(option.description, /^\S.{4,}[^.]$/s, line);
});

t.test('a default that help states is one that the option takes', async (t) => {
  const stated = saying(/\(default: ([^ )]+)\)/);
  t.ok(stated.length > 20);
  for (const { line, option, said } of stated) t.ok(takes(option, said[0] as string), `${line} ${said[0]}`);
});

t.test('limits that help states are those of the check', async (t) => {
  const stated = saying(/(\d[\d.]*) to (\d[\d.]*\d|\d)/);
  t.ok(stated.length >= 6);
  for (const { line, option, said } of stated) {
    const [low, high] = said.map(Number) as [number, number];
    const inside = [low, high].map((value) => takes(option, String(value)));
    const outside = [low - 0.01, high + 0.01].map((value) => takes(option, String(value)));
    t.same(
      [inside, outside],
      [
        [true, true],
        [false, false],
      ],
      `${line}: ${low} to ${high}`,
    );
  }
});

t.test('a 0 that help offers is taken', async (t) => {
  const stated = saying(/\b(0) for none/);
  t.ok(stated.length >= 3);
  for (const { line, option } of stated) t.ok(takes(option, '0'), line);
});

t.test('sizes have the multiples that help states, and help states those that are asked for', async (t) => {
  const sizes = OPTIONS.filter(({ option }) => option.flags.includes('<HxW>'));
  t.ok(sizes.length >= 6);
  for (const { line, option } of sizes) {
    const stated = Number(/multiples of (\d+)(?!\^)/.exec(option.description)?.[1] ?? 1);
    const sides = Array.from({ length: 33 }, (_, i) => 64 + i);
    const taken = sides.filter((side) => takes(option, `${side}x64`));
    t.same(
      taken,
      sides.filter((side) => side % stated === 0),
      line,
    );
  }
});

t.test('what help gives as an example is taken', async (t) => {
  const stated = saying(/such as (\S*[^\s,;.])/);
  t.ok(stated.length >= 5);
  for (const { line, option, said } of stated) t.ok(takes(option, said[0] as string), `${line} ${said[0]}`);
});
