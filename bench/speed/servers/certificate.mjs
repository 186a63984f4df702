// The certificate of all servers that speak TLS: P-256, as most have it.

import { readFileSync } from 'node:fs';

const read = (name) => readFileSync(new URL(`../../../test/support/tls/${name}`, import.meta.url));

export const certificate = { key: read('local-key.pem'), cert: read('local-cert.pem') };
