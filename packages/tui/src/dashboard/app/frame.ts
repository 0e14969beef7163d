import { cutTo } from '../../output/text-width.ts';
import { runAlarms } from '../log/run-alarms.ts';
import { focusedRun } from '../state/dashboard-state.ts';
import type { Area, BodyWants, DrawContext, Panel } from '../state/panel.ts';
import type { Overlay } from '../terminal/screen.ts';
import { overviewAreas } from './layout.ts';

/** Lines of text at a place on the screen. */
export interface FrameText {
  readonly name: string;
  readonly area: Area;
  readonly lines: readonly string[];
}

/** Everything that is on the screen. */
export interface Frame {
  readonly texts: readonly FrameText[];
  /** Charts and pictures, which the screen draws without Ink. */
  readonly overlays: readonly Overlay[];
  /** Of the terminal's window. */
  readonly title: string;
  /** Where the mouse meets which panel. */
  readonly places: readonly PanelPlace[];
  /** What it was drawn from; null where there is no run. */
  readonly context: DrawContext | null;
}

export interface PanelPlace {
  readonly panel: Panel;
  readonly area: Area;
}

export interface FrameInput extends Omit<DrawContext, 'run' | 'alarms'> {
  /** What is wrong with the disk, if anything. */
  readonly disk: string | null;
}

const MIN_COLUMNS = 40;
const MIN_ROWS = 12;

/** Everything that is on the screen, from what the runs are and what was chosen to be seen. */
export function frameOf(input: FrameInput): Frame {
  const { runs, state, columns, rows, disk, nowMs } = input;
  if (columns < MIN_COLUMNS || rows < MIN_ROWS) {
    const text = `${columns}x${rows} is too small: make it ${MIN_COLUMNS}x${MIN_ROWS} or more.`;
    return notice(input, [text.slice(0, columns)]);
  }
  const run = focusedRun(state, runs);
  if (run === null) {
    return notice(input, [' No runs yet: start one with instagan train --run runs/NAME.', ' Press q to leave.']);
  }
  return new FrameBuilder({ ...input, run, alarms: runAlarms(run, disk, nowMs) }).build();
}

function notice({ columns, rows }: FrameInput, lines: readonly string[]): Frame {
  const area = { column: 0, row: 0, columns, rows };
  return { texts: [{ name: 'notice', area, lines }], overlays: [], title: 'instagan', places: [], context: null };
}

/** Draws panels from the bottom, the top, and then between them. */
class FrameBuilder {
  readonly #context: DrawContext;
  readonly #texts: FrameText[] = [];
  readonly #overlays: Overlay[] = [];
  readonly #places: PanelPlace[] = [];

  constructor(context: DrawContext) {
    this.#context = context;
  }

  build(): Frame {
    const { panels, state, columns, rows } = this.#context;
    const own = panels.filter(isInBody).find(({ id }) => id === state.view);
    const isCovered = panels.some((panel) => panel.wants.place === 'cover' && this.#rowsOf(panel, columns) > 0);
    const yields = isCovered || (own?.wants.view?.takesAllRows ?? false);
    const bottomRows = this.#drawBottom();
    let top = 0;
    for (const panel of panels) {
      if (panel.wants.place !== 'top' || (panel.wants.yields && yields)) continue;
      top += this.#draw(panel, { column: 0, row: top, columns, rows: rows - bottomRows - top });
    }
    this.#drawBody(own, { column: 0, row: top, columns, rows: rows - bottomRows - top });
    return {
      texts: this.#texts,
      overlays: this.#overlays,
      title: titleOf(this.#context),
      places: this.#places,
      context: this.#context,
    };
  }

  /** The first panel at the bottom that has something to show. @returns the rows that it took */
  #drawBottom(): number {
    const { panels, columns, rows } = this.#context;
    for (const { id, wants, render } of panels) {
      if (wants.place !== 'bottom') continue;
      const { lines } = render(this.#context, { column: 0, row: 0, columns, rows });
      if (lines.length === 0) continue;
      const area = { column: 0, row: rows - lines.length, columns, rows: lines.length };
      this.#texts.push({ name: id, area, lines });
      return lines.length;
    }
    return 0;
  }

  /** One panel alone, or those of the overview. */
  #drawBody(own: Panel | undefined, area: Area): void {
    const { panels } = this.#context;
    const cover = panels.find((panel) => panel.wants.place === 'cover' && this.#rowsOf(panel, area.columns) > 0);
    const single = cover ?? own;
    if (single !== undefined) {
      this.#draw(single, area);
      return;
    }
    const items = panels.filter(isInBody).flatMap((panel) => {
      const wants = panel.wants.overview;
      return wants === null ? [] : [{ panel, wants, rows: (columns: number) => this.#rowsOf(panel, columns) }];
    });
    for (const [{ panel }, place] of overviewAreas(area, items)) this.#draw(panel, place);
  }

  #rowsOf({ rows }: Panel, columns: number): number {
    return rows?.(this.#context, columns) ?? 0;
  }

  /** @returns the rows that it took */
  #draw(panel: Panel, area: Area): number {
    if (area.rows <= 0) return 0;
    const drawing = panel.render(this.#context, area);
    if (panel.wants.place !== 'top') this.#places.push({ panel, area });
    const lines = drawing.lines.slice(0, area.rows);
    if (lines.length > 0) this.#texts.push({ name: panel.id, area: { ...area, rows: lines.length }, lines });
    this.#overlays.push(...(drawing.overlays ?? []));
    return lines.length;
  }
}

function isInBody(panel: Panel): panel is Panel & { readonly wants: BodyWants } {
  return panel.wants.place === 'body';
}

/** The title of the terminal's window: the alarm first, as titles are cut off. */
function titleOf({ run, alarms }: DrawContext): string {
  const { step, totalSteps } = run.log.state;
  const total = totalSteps ?? 0;
  const percent = total === 0 ? '' : ` ${Math.floor((100 * step) / total)} %`;
  const alarm = alarms.length === 0 ? '' : `▲ ${cutTo(alarms[0]!, 60)} · `;
  return `${alarm}${run.name} ${run.status}${percent}`;
}
