// The status page in Debian's chromium: `npm run test:browser -- [arguments of vitest]`. What drives it stands in
// test/browser, with a lockfile of its own, so that `npm ci` stays light. Without chromium it is skipped, and says so.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { addCounts } from './counts.mjs';
import { install, runTests } from './extra-tests.mjs';

const folder = fileURLToPath(new URL('../test/browser/', import.meta.url));

if (existsSync('/usr/bin/chromium')) {
  install(folder);
  runTests('browser', folder, process.argv.slice(2));
} else {
  console.log('notice: the status page is not looked at, since there is no /usr/bin/chromium');
  addCounts('browser', { passed: 0, failed: 0 });
}
