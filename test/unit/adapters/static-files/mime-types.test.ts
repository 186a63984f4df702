import { expect, test } from 'vitest';
import { mimeTypeOf } from '../../../../src/adapters/static-files/mime-types.js';

test.each([
  ['index.html', 'text/html; charset=utf-8'],
  ['INDEX.HTML', 'text/html; charset=utf-8'],
  ['a.min.js', 'text/javascript; charset=utf-8'],
  ['a.css', 'text/css; charset=utf-8'],
  ['a.json', 'application/json'],
  ['a.svg', 'image/svg+xml'],
  ['a.wasm', 'application/wasm'],
  ['a.tar.gz', 'application/gzip'],
  ['a.html.bak', 'application/octet-stream'],
  ['README', 'application/octet-stream'],
  ['html', 'application/octet-stream'],
  ['a.', 'application/octet-stream'],
  ['a.constructor', 'application/octet-stream'],
])('%s is %s', (name, type) => {
  expect(mimeTypeOf(name)).toBe(type);
});
