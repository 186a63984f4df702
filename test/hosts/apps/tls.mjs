// The certificates of tests.

import { readFileSync } from 'node:fs';

const read = (name) => readFileSync(new URL(`../../support/tls/${name}.pem`, import.meta.url));

export const tls = { key: read('local-key'), cert: read('local-cert'), ca: read('ca-cert') };
export const client = { key: read('client-key'), cert: read('client-cert'), ca: read('ca-cert') };
