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

const { '2xx': served, errors } = result;
// Where the machine is busy with other things, a request may come too late for any case.
const refused = result.statusCodeStats?.[503]?.count ?? 0;
const wrong = result.non2xx - refused;
const rate = Math.round(result.requests.average).toLocaleString('en');
const { p50, p99 } = result.latency;
console.log(
  `load: ${served.toLocaleString('en')} served, ${refused.toLocaleString('en')} refused, ${wrong + errors} wrong; ` +
    `${rate} answers a second, p50 ${p50} ms, p99 ${p99} ms`,
);
if (served === 0 || wrong + errors > 0 || (refused > served && !mayRefuse)) {
  console.error(`load: the case '${name}' was not served as it should be; see the line above`);
  process.exitCode = 1;
}
