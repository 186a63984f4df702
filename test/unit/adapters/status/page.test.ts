import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { areaPath, linePath, scaleFor } from '../../../../src/adapters/status/page/chart.js';
import { visible } from '../../../../src/adapters/status/page/faults.js';
import {
  bytesText,
  msText,
  rateText,
  shareText,
  shortText,
} from '../../../../src/adapters/status/page/formats.js';
import { renderPage } from '../../../../src/adapters/status/page/page.js';
import { SCRIPT } from '../../../../src/adapters/status/page/script.js';
import { STYLE } from '../../../../src/adapters/status/page/style.js';
import { viewOf } from '../../../../src/adapters/status/page/view.js';
import { EventIds } from '../../../../src/fsm/index.js';
import { StatusScene } from '../../../support/status-scene.js';

/** What the page shows for a key, from its markup. */
function shown(page: string, key: string): string | undefined {
  return new RegExp(`data-t="${key}">([^<]*)<`).exec(page)?.[1];
}

const hostile = `</code></script><script>alert(1)</script><img src=x onerror="alert(2)" '\`&lt;\u0000\u001b[2J\u202e\r\n`;

describe('the page', () => {
  test('shows nothing of a peer as markup', () => {
    const scene = new StatusScene();
    for (const name of ['bytes', 'text', 'code', 'section', 'state', 'remoteAddress'] as const)
      scene.fault({ [name]: hostile });
    const page = renderPage(scene.collector.snapshot(), '</title><script>');
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toMatch(/<img|onerror="/);
    for (const hidden of ['\u0000', '\u001b', '\u202e']) expect(page).not.toContain(hidden);
    expect(shown(page, 'fault-5-bytes')).toBe(
      '&lt;/code&gt;&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&quot;alert(2)&quot; &#39;&#96;&amp;lt;\\x00\\x1b[2J\\u{202e}\\r\\n',
    );
  });

  // Law: however a client chooses its bytes, the page has the same tags.
  test('has the same markup for all bytes', () => {
    const tagsWith = (text: string): string[] => {
      const scene = new StatusScene();
      scene.fault({ bytes: text, text, remoteAddress: text });
      return renderPage(scene.collector.snapshot(), 'a').match(/<[^>]*>/g) ?? [];
    };
    const tags = tagsWith('');
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('', '">', "'<", '--><', '&#x3c;'),
        (text, end) => {
          expect(tagsWith(text + end)).toEqual(tags);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('has one script and one style, as their hashes say, and no other code', () => {
    const page = renderPage(new StatusScene().collector.snapshot(), 'a');
    expect(page).toContain(`<script>${SCRIPT}</script>`);
    expect(page).toContain(`<style>${STYLE}</style>`);
    expect(page).not.toMatch(/\son\w+=|\sstyle=|javascript:/);
    // Else a hash would be of another text than the one between the tags.
    expect(SCRIPT).not.toMatch(/<\/|\r/);
    expect(STYLE).not.toMatch(/<|\r/);
    expect(createHash('sha256').update(SCRIPT).digest('base64')).toHaveLength(44);
  });

  test('shows each text of the view, and no other: a frame changes all of it', () => {
    const scene = new StatusScene();
    scene.fault();
    const snapshot = scene.collector.snapshot();
    const page = renderPage(snapshot, 'a');
    const bound = [...page.matchAll(/ data-[tlpwa]="([^"]+)"/g)].map(([, key]) => key);
    expect([...new Set(bound)].sort()).toEqual(Object.keys(viewOf(snapshot)).sort());
  });

  test('has a heading for each part, and each number in a table as well', () => {
    const page = renderPage(new StatusScene().collector.snapshot(), 'a');
    for (const [, id] of page.matchAll(/aria-labelledby="([^"]+)"/g))
      expect(page).toContain(`id="${id}"`);
    for (const key of ['reading-idle', 'writing-pending', 'reading-e0', 'writing-e3'])
      expect(page).toMatch(new RegExp(`<td class="n" data-t="${key}">`));
    expect(page.match(/<main/g)).toHaveLength(1);
    expect(page).toContain('<html lang="en">');
  });

  test('shows connections on states, and what moved on arrows', () => {
    const scene = new StatusScene();
    scene.hold(1234, { reading: 'idle', writing: 'idle' });
    scene.collector.look();
    scene.transition({ reading: 'idle', writing: 'idle' }, EventIds.requestBare, 3000);
    scene.second();
    const view = viewOf(scene.collector.snapshot());
    expect(view).toMatchObject({ 'reading-idle': '1.2k', 'writing-idle': '1.2k', open: '1,234' });
    const page = renderPage(scene.collector.snapshot(), 'a');
    const row =
      /<th scope="row">idle → queued<\/th><td>([^<]*)<\/td><td class="n" data-t="[\w-]+">([^<]*)</.exec(
        page,
      );
    expect(row?.slice(1)).toEqual(['requestBare, requestStreamed', '3.0k']);
  });

  test('shows the transitions that led to a fault, where they were traced', () => {
    const scene = new StatusScene();
    scene.fault();
    scene.fault({
      transitions: [
        { event: 'headStart', state: 'head/idle/keep', offset: 0, ageMs: 1200 },
        { event: 'requestBare', state: 'done/queued/keep', offset: 1040, ageMs: 3.21 },
      ],
    });
    const view = viewOf(scene.collector.snapshot());
    expect(view['fault-0-trace']).toBe(
      'headStart → head/idle/keep, at byte 0, 1.20 s before\nrequestBare → done/queued/keep, at byte 1,040, 3.2 ms before',
    );
    expect(view).toMatchObject({ 'fault-0-trace-level': '1', 'fault-1-trace-level': '' });
  });

  test('says how far a close is', () => {
    const scene = new StatusScene();
    const report = { finished: 1200, refused: 3, cutOff: 0 };
    scene.hold(2, { reading: 'done', writing: 'pending' });
    scene.closing = { stage: 'announced', remainingMs: 4000, report };
    expect(viewOf(scene.collector.snapshot())['state-more']).toBe(
      'The readiness path answers 503. Draining begins in 4.00 s.',
    );
    scene.closing = { stage: 'draining', remainingMs: 8200, report };
    expect(viewOf(scene.collector.snapshot())).toMatchObject({
      state: 'Draining',
      'state-more':
        '2 connections are left: 1,200 finished, 3 refused, 0 cut off. The rest is cut off in 8.20 s.',
    });
    scene.closing = { stage: 'closed', remainingMs: 0, report };
    expect(viewOf(scene.collector.snapshot())['state-more']).toBe(
      'All connections are closed: 1,200 finished, 3 refused, 0 cut off.',
    );
  });
});

test.each([
  ['a\\r\r\n\t', 'a\\\\r\\r\\n\\t'],
  ['\u0000\u007f\u0085', '\\x00\\x7f\\x85'],
  ['\u2028\u202e', '\\u{2028}\\u{202e}'],
  ['GET / é', 'GET / é'],
])('bytes %j are shown as %j', (bytes, text) => {
  expect(visible(bytes)).toBe(text);
});

describe('numbers', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [1000, '1.0k'],
    [9949, '9.9k'],
    [9951, '10k'],
    [999_499, '999k'],
    [999_500, '1.0M'],
    [31_000_000, '31M'],
  ])('%d is %s in a drawing', (count, text) => expect(shortText(count)).toBe(text));

  test.each([
    [0, '0'],
    [0.3, '0.3'],
    [9.94, '9.9'],
    [9.96, '10'],
    [1204.4, '1,204'],
  ])('%d a second is %s', (rate, text) => expect(rateText(rate)).toBe(text));

  test.each([
    [undefined, '–'],
    [null, '–'],
    [0, '0 ms'],
    [0.42, '0.42 ms'],
    [12.34, '12.3 ms'],
    [99.96, '100 ms'],
    [999.6, '1.00 s'],
    [41_000, '41 s'],
  ])('%s ms are %s', (ms, text) => expect(msText(ms)).toBe(text));

  test.each([
    [0, '0 B'],
    [1023, '1,023 B'],
    [1536, '1.5 KiB'],
    [268_435_456, '256 MiB'],
    [2 ** 50, '1,024 TiB'],
  ])('%d bytes are %s', (bytes, text) => expect(bytesText(bytes)).toBe(text));

  test.each([
    [0, 10, '0 %'],
    [5, 0, '0 %'],
    [1, 1000, '< 1 %'],
    [255, 1000, '26 %'],
  ])('%d of %d is %s', (part, whole, text) => expect(shareText(part, whole)).toBe(text));
});

describe('a chart', () => {
  test('has a scale that is round, and above every value', () => {
    expect([0, 4, 5, 61, 217, 1024].map((value) => scaleFor([null, value], 4))).toEqual([
      4, 4, 6, 80, 300, 1500,
    ]);
  });

  test('leaves a gap where a value is not known', () => {
    const values = [null, 0, 10, null, 5];
    expect(linePath(values, 10)).toBe('M1 60h0L2 0M4 30h0');
    expect(areaPath(values, 10)).toBe('M1 60L2 0L2 60L1 60ZM4 30L4 60L4 60Z');
  });

  test('cuts off what is above its scale', () => {
    expect(linePath([0, 5000], 10)).toBe('M0 60h0L1 0');
  });
});
