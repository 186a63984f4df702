// What is asked for and answered: the same bytes for every server, and for whoever checks them.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

export const helloText = 'Hello, World!';
export const megabyte = new Uint8Array(1024 * 1024);
for (let i = 0; i < megabyte.length; i++) megabyte[i] = 97 + (i % 26);

/** What a response from memory holds: all of it, or as much as the process was told. */
export const memoryBody = megabyte.subarray(0, Number(process.env.BENCH_BYTES ?? megabyte.length));

const pieceBytes = 64 * 1024;
const piece = megabyte.subarray(0, pieceBytes);

/** A mebibyte in pieces of 64 KiB, as a handler would yield them that reads from somewhere. */
export async function* pieces() {
  for (let sent = 0; sent < megabyte.length; sent += pieceBytes) yield piece;
}

/** The same in one. */
export const piecesInOne = Buffer.concat(
  Array.from({ length: megabyte.length / pieceBytes }, () => piece),
);

/** An order of about a kibibyte as JSON. */
export const order = {
  id: 'order-2041',
  customer: { name: 'Ada Example', city: 'Zürich', loyal: true },
  lines: Array.from({ length: 12 }, (_, i) => ({
    sku: `part-${1000 + i * 37}`,
    text: `A thing of kind ${i}`,
    quantity: (i % 4) + 1,
    price: 250 + i * 13,
  })),
};

/** What a handler makes of an order, a target and three headers. */
export function orderAnswer(target, tenant, trace, language, { id, lines }) {
  let total = 0;
  for (const { quantity, price } of lines) total += quantity * price;
  return { id, target, tenant, trace, language, lines: lines.length, total };
}

/** The same, of a request's parts as Node and its frameworks have them. */
export function orderAnswerOf({ url, headers }, given) {
  const { 'x-tenant': tenant, 'x-request-id': trace, 'accept-language': language } = headers;
  return orderAnswer(url, tenant, trace, language, given);
}

const categories = ['electronics', 'garden', 'books', 'toys', 'office'];

/** Fifty things for sale, as HttpArena's json profile has them. */
export const dataset = Array.from({ length: 50 }, (_, i) => ({
  id: i + 1,
  name: `Thing number ${i + 1}`,
  category: categories[i % categories.length],
  price: 20 + ((i * 73) % 480),
  quantity: 1 + ((i * 7) % 20),
  active: i % 3 !== 0,
  tags: ['fast', i % 2 === 0 ? 'new' : 'used'],
  rating: { score: (i * 11) % 50, count: 3 + ((i * 31) % 200) },
}));

/** The first `count` of them, each with its total. */
export function datasetAnswer(count, multiplier) {
  const items = [];
  for (let i = 0; i < count; i++) {
    const item = dataset[i];
    items.push({ ...item, total: item.price * item.quantity * multiplier });
  }
  return { items, count };
}

/** Twenty files as a page of today loads them. */
export const staticFileList = [
  ['index.html', 14_200],
  ['about.html', 8_100],
  ['app.js', 182_000],
  ['vendor.js', 301_000],
  ['router.js', 36_400],
  ['analytics.js', 19_800],
  ['reset.css', 2_300],
  ['layout.css', 24_500],
  ['theme.css', 61_000],
  ['print.css', 4_700],
  ['logo.svg', 3_100],
  ['icons.svg', 41_000],
  ['hero.webp', 224_000],
  ['thumb1.webp', 11_900],
  ['thumb2.webp', 12_600],
  ['regular.woff2', 47_300],
  ['bold.woff2', 48_800],
  ['manifest.json', 900],
  ['strings.json', 33_000],
  ['data.json', 120_000],
].map(([name, bytes]) => ({ name, bytes }));

export function staticFileContent({ name, bytes }) {
  return Buffer.alloc(bytes, `${name} `);
}

/** Writes the files that the static cases ask for into a folder. */
export function writeFiles(root) {
  mkdirSync(join(root, 'static'), { recursive: true });
  writeFileSync(join(root, 'megabyte.bin'), megabyte);
  for (const file of staticFileList) {
    writeFileSync(join(root, 'static', file.name), staticFileContent(file));
  }
}

export const mimeTypes = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  webp: 'image/webp',
  woff2: 'font/woff2',
  json: 'application/json',
  bin: 'application/octet-stream',
};
