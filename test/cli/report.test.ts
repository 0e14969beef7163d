import { execFileSync } from 'node:child_process';
import { appendFile, readFile, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { eventLogFile, formatEvent } from '@instagan/core/events';
import type { Locator, Page } from 'playwright-core';
import t from 'tap';
import { openBrowser } from '../helpers/browser.ts';
import { callCli } from '../helpers/cli-in-process.ts';
import { startCli, temporaryFolder } from '../helpers/cli-process.ts';
import { halvesIn, leaveHalf } from '../helpers/half-written.ts';
import { makeRun } from '../helpers/made-run.ts';

const browser = await openBrowser();
const cwd = await temporaryFolder(t);
const at = (...parts: string[]) => path.join(cwd, ...parts);
const HOSTILE = '<img src=x onerror="window.hacked=1">';
const FINISHED = { type: 'run-finished', step: 200, reason: 'completed', checkpoint: null } as const;

await makeRun(at('runs/slow'), {
  steps: 200,
  config: { ngf: 16, note: HOSTILE },
  more: [{ type: 'alarm', code: 'loss-exploding', message: HOSTILE, step: 200 }],
});
await makeRun(at(`runs/fast ${HOSTILE.replaceAll('/', '')}`), { steps: 200, config: { ngf: 32 }, more: [FINISHED] });

t.test('runs become one page, which replaces no other file', async (t) => {
  await writeFile(at('notes.html'), 'mine');
  await leaveHalf(at('report.html'));
  const made = await callCli(['report', 'runs'], cwd);
  const other = await callCli(['report', 'runs/slow', '--output', 'notes.html'], cwd);
  t.equal(made.code, 0, made.stderr);
  t.match(made.stdout, /^report\.html: 2 runs, \d+ kB\nOpen file:\/\/\/.*\/report\.html\n$/);
  t.same(await halvesIn(cwd), []);
  t.equal(other.code, 2);
  t.match(other.stderr, /^instagan: notes\.html is there already and is no report: choose another --output, or add/);
  t.equal(await readFile(at('notes.html'), 'utf8'), 'mine');
  if (process.platform !== 'win32') {
    execFileSync('mkfifo', [at('pipe.html')]);
    await symlink(at('report.html'), at('link.html'));
    for (const output of ['pipe.html', 'link.html']) {
      const { code, stderr } = await callCli(['report', 'runs/slow', '--output', output], cwd);
      t.match([code, stderr], [2, /^instagan: \S+ is there already and is no report/], output);
    }
    const forced = await callCli(['report', 'runs/slow', '--output', 'pipe.html', '--overwrite'], cwd);
    t.match([forced.code, forced.stderr], [1, 'Cannot write pipe.html: it is a named pipe, not a file']);
  }
  const none = await callCli(['report', 'notes'], cwd);
  t.match(none.stderr, /^instagan: notes is no run and holds none/);
});

t.test('--watch replaces an earlier page, again and again until the training ends', async (t) => {
  await makeRun(at('live'), { steps: 50 });
  await writeFile(at('live/run.lock'), `${process.pid} ${hostname()}`);
  await writeFile(at('live.html'), '<!doctype html><meta name="generator" content="instagan report">');
  const cli = startCli(['report', 'live', '--watch', '--output', 'live.html'], cwd);
  await cli.printed(/^live\.html: 1 run, .*; it follows the training until Ctrl-C\nOpen file:/);
  t.match(await readFile(at('live.html'), 'utf8'), /<body data-reload="10">/);
  const event = formatEvent({ v: 1, time: new Date().toISOString(), ...FINISHED, step: 50 });
  await appendFile(eventLogFile(at('live')), `${event}\n`);
  const { code, stderr } = await cli.ended;
  t.equal(code, 0, stderr);
  const page = await readFile(at('live.html'), 'utf8');
  t.match(page, /<body data-reload="">/);
  t.match(page, /<td class="completed">completed<\/td>/);
});

t.test(
  'the page works in a browser, from a file, without a network',
  {
    skip: typeof browser === 'string' && browser,
  },
  async (t) => {
    if (typeof browser === 'string') return;
    t.teardown(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1200, height: 800 }, colorScheme: 'dark' });
    const asked: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    const url = pathToFileURL(at('report.html')).href;
    await page.goto(url);

    await t.test('it asks for nothing but itself, and runs no script of a name or message', async (t) => {
      t.same(
        asked.filter((each) => !each.startsWith('data:')),
        [url],
      );
      t.equal(await page.evaluate('window.hacked'), undefined);
      t.equal(await page.locator('img[onerror]').count(), 0);
      t.equal(await page.locator('#alarms li', { hasText: HOSTILE }).count(), 1);
      await page.evaluate("fetch('https://example.org').catch(() => {})");
      t.match(
        complaints.splice(0).join(),
        /Content Security Policy/,
        'a script that found its way in could not call home',
      );
    });

    await t.test('keys choose the samples of a step', async (t) => {
      const shown = () => page.locator('.samples').first().locator('.set:visible').getAttribute('data-step');
      const [newest, pictures] = [await shown(), await page.locator('.samples img:visible').count()];
      await page.locator('#sample').press('ArrowLeft');
      t.not(await shown(), newest);
      t.equal(await page.locator('#step').textContent(), '150');
      await page.locator('#sample').press('Home');
      t.equal(await shown(), '50');
      t.equal(await page.locator('.samples img:visible').count(), pictures, 'a set for each run');
      const width = await page.evaluate("document.querySelector('.set:not([hidden]) img').naturalWidth");
      t.equal(width, 172, 'the policy lets pictures be shown');
    });

    await t.test('keys read the values of a chart at a step, and the axis becomes logarithmic', async (t) => {
      const chart = page.locator('.chart', { hasText: 'cycleA' });
      const value = chart.locator('output').first();
      const last = await value.textContent();
      await chart.focus();
      for (let i = 0; i < 9; i++) await chart.press('ArrowLeft');
      t.match(await chart.locator('.at').textContent(), /^step 1\d\d$/);
      t.ok(Number(await value.textContent()) > Number(last), 'the loss was higher before');
      await chart.press('Escape');
      t.equal(await value.textContent(), last);
      t.same(await visible(chart.locator('svg')), ['linear']);
      await page.locator('#log').check();
      t.same(await visible(chart.locator('svg')), ['log']);
    });

    await t.test('what was chosen outlives a reload', async (t) => {
      await page.reload();
      t.equal(await page.locator('#step').textContent(), '50');
      t.ok(await page.locator('#log').isChecked());
    });

    await t.test('it is dark, light and printed as one wants, and fits on a telephone', async (t) => {
      const dark = await background(page);
      await page.locator('#theme').click();
      const light = await background(page);
      t.ok(brightness(dark) < 60 && brightness(light) > 200, `${dark}, ${light}`);
      await page.locator('#theme').click();
      await page.emulateMedia({ media: 'print' });
      t.ok(brightness(await background(page)) > 200, 'dark paper is not printed');
      t.notOk(await page.locator('nav').isVisible());
      await page.emulateMedia({ media: 'screen' });
      await page.setViewportSize({ width: 380, height: 800 });
      t.equal(await page.evaluate('document.documentElement.scrollWidth'), 380, 'nothing sticks out');
    });
    t.same(complaints, []);
  },
);

/** The classes of those that are shown. */
async function visible(all: Locator): Promise<(string | null)[]> {
  const found = await all.all();
  const shown = await Promise.all(found.map(async (each) => ((await each.isVisible()) ? [each] : [])));
  return Promise.all(shown.flat().map((each) => each.getAttribute('class')));
}

function background(page: Page): Promise<string> {
  return page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
}

/** Of a colour such as `rgb(20, 22, 24)`: 0 to 255. */
function brightness(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(Number);
  return (red + green + blue) / 3;
}
