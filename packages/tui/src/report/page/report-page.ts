import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CURVE_ROLES, Theme } from '../../dashboard/terminal/theme.ts';
import { packageVersion } from '../../version.ts';
import { Html, html } from '../html.ts';
import { alarmsSection } from '../sections/alarms.ts';
import { curvesSection } from '../sections/curves.ts';
import { reproduceSection } from '../sections/reproduce.ts';
import { samplesSection } from '../sections/samples.ts';
import { scoresSection } from '../sections/scores.ts';
import { type ReportContent, type Section, timeText } from '../sections/section.ts';
import { settingsSection } from '../sections/settings.ts';
import { summary } from '../sections/summary.ts';
import { systemSection } from '../sections/system.ts';

/** In the order of the page. */
const SECTIONS: readonly ((content: ReportContent) => Section | null)[] = [
  settingsSection,
  curvesSection,
  samplesSection,
  scoresSection,
  alarmsSection,
  systemSection,
  reproduceSection,
];

/** By this line a page is known as one that may be replaced. */
const MARK = '<meta name="generator" content="instagan report">';

export interface PageOptions extends ReportContent {
  /** The page loads itself again after so many seconds; null for a page that stays what it is. */
  readonly reloadSeconds: number | null;
}

/**
 * A report as one HTML page that needs nothing else: styles, script and pictures lie in it, and its policy forbids the browser
 * to load or run anything more.
 */
export function reportPage(options: PageOptions): string {
  const { runs, nowMs, reloadSeconds } = options;
  const style = colours() + asset('report.css');
  const script = asset('report.client.js');
  const policy = `default-src 'none'; img-src data:; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'; base-uri 'none'; form-action 'none'`;
  const title = runs.map(({ name }) => name).join(', ');
  const sections = SECTIONS.flatMap((section) => section(options) ?? []);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${new Html(MARK)}
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – InstaGAN</title>
<style>${new Html(style)}</style>
</head>
<body data-reload="${reloadSeconds ?? ''}">
<nav aria-label="Sections"><a class="top" href="#top">${title}</a>${sections.map(({ id, title }) => html`<a href="#${id}">${title}</a>`)}
<button type="button" id="theme" title="light or dark"><span aria-hidden="true">◐</span> <span>theme</span></button></nav>
<main id="top">
<header><p>InstaGAN report</p><h1>${title}</h1>
${summary(options)}</header>
${sections.map(
  ({ id, title, content }) => html`<section id="${id}"><h2>${title}</h2><div>
${content}</div></section>
`,
)}
<footer>Made ${timeText(nowMs)} by instagan ${packageVersion()}${reloadSeconds !== null && '; the page loads itself again while the training goes on'}.</footer>
</main>
<script>${new Html(script)}</script>
</body>
</html>
`.markup;
}

/** Whether a file is a report, of any version. @param text it begins with */
export function isReport(text: string): boolean {
  return text.includes(MARK);
}

/** The colours of the dashboard's curves, on light and on dark ground. */
function colours(): string {
  const [light, dark] = [new Theme(24, true), new Theme(24, false)];
  const lines = CURVE_ROLES.map((role, i) => {
    const [onLight, onDark] = [light, dark].map((theme) => `rgb(${theme.curveColour(role).join(' ')})`);
    return `.c${i} { --own: light-dark(${onLight}, ${onDark}); }\n`;
  });
  return lines.join('');
}

function asset(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}

/** As a content security policy names what lies in the page. */
function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
