/** @jsxRuntime automatic */
/** @jsxImportSource react */
import { Box, type Key, Text, useInput } from 'ink';
import { useSyncExternalStore } from 'react';
import type { FrameText } from './frame.ts';

/** What the app shows and whom it tells of keys. */
export interface DashboardSource {
  /** Calls back after each change. @returns ends this */
  readonly subscribe: (onChange: () => void) => () => void;
  /** The same object until something changes. */
  readonly texts: () => readonly FrameText[];
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** A character or the name of a key. */
  readonly press: (key: string) => void;
}

/** The dashboard as an Ink app: panels at the places that the layout gave them. */
export function DashboardApp({ source }: { source: DashboardSource }) {
  const texts = useSyncExternalStore(source.subscribe, source.texts);
  const { columns, rows } = source.size();
  useInput((input, key) => {
    for (const name of keyNames(input, key)) source.press(name);
  });
  return (
    <Box width={columns} height={rows} overflow="hidden">
      {texts.map(({ name, area, lines }) => (
        <Box
          key={name}
          position="absolute"
          marginLeft={area.column}
          marginTop={area.row}
          width={area.columns}
          height={area.rows}
          overflow="hidden"
          flexDirection="column"
        >
          <Text wrap="truncate">{lines.join('\n')}</Text>
        </Box>
      ))}
    </Box>
  );
}

const NAMED = ['return', 'escape', 'tab', 'backspace'] as const;

/** Keys that came together with others, as over a slow line or from the clipboard. */
const CHARACTERS: Readonly<Record<string, string>> = {
  '\r': 'return',
  '\n': 'return',
  '\t': 'tab',
  '\b': 'backspace',
  '\u007f': 'backspace',
  '\u0003': 'ctrl-c',
};

/** Keys as the dashboard calls them; text that was pasted is one key a character. */
function keyNames(input: string, key: Key): string[] {
  if (key.ctrl) return /^[clz]$/.test(input) ? [`ctrl-${input}`] : [];
  if (key.leftArrow) return ['left'];
  if (key.rightArrow) return ['right'];
  if (key.upArrow) return ['up'];
  if (key.downArrow) return ['down'];
  if (key.pageUp) return ['pageup'];
  if (key.pageDown) return ['pagedown'];
  if (key.delete) return ['backspace'];
  const named = NAMED.find((name) => key[name]);
  if (named !== undefined) return [named];
  return key.meta ? [] : [...input].map((character) => CHARACTERS[character] ?? character);
}
