// The load: `node load.mjs <case> <seconds> <port>`, always to 127.0.0.1. It checks what comes back,
// because a profile of a server that answers 500 shows nothing.

import autocannon from 'autocannon';
import { CASES } from './cases.mjs';

const [name, seconds, port] = process.argv.slice(2);
const { load, mayRefuse = false } = CASES[name];

const result = await autocannon({
  ...load,
  url: `http://127.0.0.1:${port}/articles?page=1`,
  duration: Number(seconds),
});

const { '2xx': served, non2xx: refused, errors } = result;
const rate = Math.round(result.requests.average).toLocaleString('en');
const { p50, p99 } = result.latency;
console.log(
  `load: ${served.toLocaleString('en')} served, ${refused.toLocaleString('en')} refused, ${errors} errors; ` +
    `${rate} answers a second, p50 ${p50} ms, p99 ${p99} ms`,
);
const isSound = served > 0 && errors === 0 && (mayRefuse || refused === 0);
if (!isSound) {
  console.error(`load: the case '${name}' is to be served without errors; see the line above`);
  process.exitCode = 1;
}
