import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { load } from './load.mjs';
import { allShown, complaintsOf, launch, numberOf, serve, shown } from './scene.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser;
const cleanups = [];

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function served() {
  const scene = await serve();
  cleanups.push(() => scene.close());
  return scene;
}

async function look(url, options) {
  const context = await browser.newContext(options);
  cleanups.push(() => context.close());
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  await page.goto(url);
  return { page, complaints };
}

function underLoad({ port }, clients = 60) {
  const stop = load(port, clients, 5);
  let stopped;
  const once = () => (stopped ??= stop());
  cleanups.push(once);
  return once;
}

/** Sends bytes that are no request, and waits for the end of it. */
async function sendWrong(port, bytes) {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  socket.end(bytes, 'latin1');
  await once(socket, 'close');
}

const LOOKS = [320, 1440].flatMap((width) =>
  ['light', 'dark'].map((colorScheme) => ({
    width,
    colorScheme,
    viewport: { width, height: width === 320 ? 640 : 900 },
  })),
);

describe.each(LOOKS)('at $width px, $colorScheme', ({ viewport, colorScheme }) => {
  test('the page shows what the server says, under load and after it', async () => {
    const scene = await served();
    const { page, complaints } = await look(scene.url, { viewport, colorScheme });
    const stop = underLoad(scene);
    await sendWrong(scene.port, 'GET / HTTP/1.1\r\nHost : a\r\n\r\n');
    await expect.poll(() => shown(page, 'refused-rate')).not.toBe('0');
    await expect.poll(() => shown(page, 'latency-duration-p99')).toMatch(/s$/);

    // On a starved machine, the timers of all handlers may be due with that of the page.
    let busy;
    const inFlight = async () => {
      busy = await allShown(page);
      return numberOf(busy['in-flight']);
    };
    await expect.poll(inFlight).toBeGreaterThan(0);
    // Taken at one moment, they fit each other.
    expect(numberOf(busy['in-flight'])).toBeLessThanOrEqual(numberOf(busy.limit));
    expect(busy['writing-pending']).toBe(busy['in-flight']);
    expect(busy['writing-queued']).toBe(busy.queued);
    const classes = ['critical', 'default', 'sheddable'].map((name) =>
      numberOf(busy[`queued-${name}`]),
    );
    expect(classes.reduce((a, b) => a + b)).toBe(numberOf(busy.queued));
    expect(numberOf(busy['started-rate'])).toBeGreaterThan(0);
    expect(busy.state).toBe('Serving');
    expect(busy['fault-0-code']).toBe('FIELD_NAME_SPACE');
    expect(busy.watching).toContain('a second');

    // Nothing is wider than the screen, and nothing has moved while numbers changed.
    const { scrollWidth, innerWidth } = await page.evaluate(() => ({
      scrollWidth: document.documentElement.scrollWidth,
      innerWidth: window.innerWidth,
    }));
    expect(scrollWidth).toBeLessThanOrEqual(innerWidth);
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll('main *')]
        .filter((one) => one.getClientRects().length > 0 && !one.closest('svg'))
        .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0)
        .filter((one) => getComputedStyle(one).display !== 'inline')
        .map((one) => `${one.tagName} ${one.className} ${one.textContent.slice(0, 40)}`),
    );
    expect(cut).toEqual([]);

    await stop();
    const stats = scene.server.stats();
    await expect.poll(async () => numberOf(await shown(page, 'started'))).toBe(stats.started);
    const idle = await allShown(page);
    expect(numberOf(idle.refused)).toBe(stats.refused);
    expect(numberOf(idle['faults-total'])).toBe(stats.faults);
    await expect.poll(() => shown(page, 'open')).toBe('0');
    await expect.poll(() => shown(page, 'in-flight')).toBe('0');
    expect(complaints).toEqual([]);
  });
});

describe('the page', () => {
  test('is accessible, in both schemes, with all that it can unfold', async () => {
    const scene = await served();
    const stop = underLoad(scene);
    for (const { viewport, colorScheme } of LOOKS) {
      const { page } = await look(scene.url, { viewport, colorScheme });
      await expect.poll(() => shown(page, 'refused-rate')).not.toBe('0');
      await page.locator('summary').first().click();
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run());
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
      ).toEqual([]);
      // Of numbers in drawings, too, which axe leaves out.
      const faint = await page.evaluate(contrasts);
      expect(faint).toEqual([]);
    }
    await stop();
  });

  test('moves nothing about when numbers change', async () => {
    const scene = await served();
    const { page } = await look(scene.url, { viewport: { width: 320, height: 640 } });
    await page.evaluate(() => {
      window.shifts = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.shifts += entry.value;
      }).observe({ type: 'layout-shift', buffered: true });
    });
    const stop = underLoad(scene);
    await expect.poll(() => shown(page, 'refused-rate')).not.toBe('0');
    await stop();
    await expect.poll(() => shown(page, 'in-flight')).toBe('0');
    expect(await page.evaluate(() => window.shifts)).toBeLessThan(0.01);
  });

  test('stands still for those who asked for less motion, and for nobody else', async () => {
    const scene = await served();
    const stop = underLoad(scene);
    const motion = (page) =>
      page.evaluate(() => {
        const flow = document.querySelector('.edge:not([data-level="0"]) .flow');
        return flow === null ? 'none yet' : getComputedStyle(flow).animationName;
      });
    const moving = await look(scene.url, { reducedMotion: 'no-preference' });
    await expect.poll(() => motion(moving.page)).toBe('flow');
    const still = await look(scene.url, { reducedMotion: 'reduce' });
    await expect.poll(() => motion(still.page)).toBe('none');
    await stop();
  });

  test('is used by keyboard: skipped to, paused, unfolded', async () => {
    const scene = await served();
    const { page } = await look(scene.url);
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
    await expect.poll(() => page.locator('#live').textContent()).toBe('live');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the numbers');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Pause');
    await page.keyboard.press('Enter');
    expect(await page.locator('#live').textContent()).toBe('paused');
    expect(await focused()).toBe('Go on');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(
      await page
        .locator('details')
        .first()
        .evaluate((one) => one.open),
    ).toBe(true);
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Space');
    await expect.poll(() => page.locator('#live').textContent()).toBe('live');
  });

  test('says the same without its script', async () => {
    const scene = await served();
    await fetch(`http://127.0.0.1:${scene.port}/`);
    const { page, complaints } = await look(scene.url, { javaScriptEnabled: false });
    expect(await shown(page, 'started')).toBe('1');
    expect(await shown(page, 'state')).toBe('Serving');
    expect(await page.locator('#pause').isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  test('shows bytes of hostile clients as text, at first and in its stream', async () => {
    const scene = await served();
    const evil = '<img src=x onerror=alert(1)><script>alert(2)</script>';
    const wrong = [
      `GET / HTTP/1.1\r\nHost: a\r\n${evil}\r\n\r\n`,
      `${evil}\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: ${evil}\r\n\r\n`,
      `GET /${evil}"'\` HTTP/1.1\r\nHost: a\r\n\r\n`,
    ];
    for (const bytes of wrong) await sendWrong(scene.port, bytes);
    const { page, complaints } = await look(scene.url);
    for (const bytes of wrong) await sendWrong(scene.port, bytes);
    await expect.poll(() => shown(page, 'faults-total')).toBe('8');
    expect(await page.locator('.faults').textContent()).toContain('<img src=x onerror=alert(1)>');
    expect(await page.locator('img, main script').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('shows the drain of the server, to its end', async () => {
    const scene = await served();
    const { page } = await look(scene.url);
    const socket = connect(scene.port, '127.0.0.1');
    socket.on('error', () => undefined);
    cleanups.push(() => socket.destroy());
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe');
    await expect.poll(() => scene.server.stats().connections['reading-body']).toBe(1);
    const closed = scene.server.close({ graceMs: 30_000 });
    await expect.poll(() => shown(page, 'state')).toBe('Draining');
    expect(await shown(page, 'state-more')).toMatch(/^1 connections are left/);
    socket.resume();
    socket.write('llo');
    await once(socket, 'end');
    socket.end();
    expect(await closed).toEqual({ finished: 1, refused: 0, cutOff: 0 });
    await expect.poll(() => shown(page, 'state')).toBe('Closed');
    expect(await shown(page, 'state-more')).toContain('1 finished');
  });

  test('says so when its server is gone', async () => {
    const scene = await served();
    const { page } = await look(scene.url);
    await expect.poll(() => page.locator('#live').textContent()).toBe('live');
    await scene.status.close({ graceMs: 1000 });
    await expect.poll(() => page.locator('#live').textContent()).toBe('no connection');
  });
});

/** Texts in drawings whose colour is too near to what they stand on. */
function contrasts() {
  const parse = (color) =>
    color
      .match(/[\d.]+/g)
      .slice(0, 3)
      .map(Number);
  const light = (color) => {
    const [r, g, b] = parse(color).map((one) => {
      const share = one / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const panel = getComputedStyle(document.querySelector('.machines')).backgroundColor;
  return [...document.querySelectorAll('.machine text')]
    .filter((one) => one.textContent !== '')
    .map((one) => {
      const box = one.parentElement.querySelector('rect');
      const ground = box === null ? panel : getComputedStyle(box).fill;
      const [a, b] = [light(getComputedStyle(one).fill), light(ground)].sort((x, y) => y - x);
      return { text: one.textContent, ratio: (a + 0.05) / (b + 0.05) };
    })
    .filter(({ ratio }) => ratio < 4.5);
}
