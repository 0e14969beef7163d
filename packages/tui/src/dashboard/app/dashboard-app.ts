import { Box, Text, useInput } from 'ink';
import { createElement, useState, useSyncExternalStore } from 'react';
import { InputReader, type TerminalInput } from '../terminal/input-reader.ts';
import type { FrameText } from './frame.ts';

/** What the app shows and whom it tells of input. */
export interface DashboardSource {
  /** Calls back after each change. @returns ends this */
  readonly subscribe: (onChange: () => void) => () => void;
  /** The same object until something changes. */
  readonly texts: () => readonly FrameText[];
  readonly size: () => { readonly columns: number; readonly rows: number };
  readonly take: (input: TerminalInput) => void;
}

/**
 * The dashboard as an Ink app: panels at the places that the layout gave them. It is written without JSX, which each runtime
 * compiles in its own way: Bun for React's development build, whatever is set later.
 */
export function DashboardApp({ source }: { source: DashboardSource }) {
  const texts = useSyncExternalStore(source.subscribe, source.texts);
  const { columns, rows } = source.size();
  const [reader] = useState(() => new InputReader());
  useInput((text, key) => {
    for (const input of reader.take(text, key)) source.take(input);
  });
  return createElement(
    Box,
    { width: columns, height: rows, overflow: 'hidden' },
    texts.map(({ name, area, lines }) =>
      createElement(
        Box,
        {
          key: name,
          position: 'absolute',
          marginLeft: area.column,
          marginTop: area.row,
          width: area.columns,
          height: area.rows,
          overflow: 'hidden',
          flexDirection: 'column',
        },
        createElement(Text, { wrap: 'truncate' }, lines.join('\n')),
      ),
    ),
  );
}
