// What a case claims of the server's answer: a `server` block, one response a line, then whether the
// server has closed its side. Under a response stand field lines that it has, field names that it
// must not have, its status line.
//
//     100
//     200 closes "hello"
//         Content-Length: 5
//         no Transfer-Encoding
//         line HTTP/1.1 200 OK
//     closed

import { unescaped } from './bytes.js';
import type { ReadResponse } from './responses.js';

interface ResponseClaim {
  readonly status: number;
  /** It says `Connection: close`. */
  readonly closes: boolean;
  /** One character a byte; undefined where nothing is claimed of it. */
  readonly body: string | undefined;
  readonly details: readonly string[];
}

export interface ServerClaim {
  /** In their order, informational ones too. */
  readonly responses: readonly ResponseClaim[];
  readonly closed: boolean;
}

export function serverClaimOf(lines: readonly string[]): ServerClaim {
  const responses: (ResponseClaim & { details: string[] })[] = [];
  const end = lines.at(-1);
  if (end !== 'open' && end !== 'closed') throw new Error('a server block ends in open or closed');
  for (const line of lines.slice(0, -1)) {
    const parts = /^(\d{3})( closes)?(?: "(.*)")?$/.exec(line);
    if (parts !== null) {
      const [, status, closes, body] = parts;
      responses.push({
        status: Number(status),
        closes: closes !== undefined,
        body: body === undefined ? undefined : unescaped(body),
        details: [],
      });
    } else if (line.startsWith('    ') && responses.length > 0) {
      responses.at(-1)?.details.push(unescaped(line.trim()));
    } else throw new Error(`no response and no detail: ${line}`);
  }
  return { responses, closed: end === 'closed' };
}

/** The claim that follows from the parser's log: a 200 for a message, the fault's status for a fault. */
export function claimImpliedBy(events: readonly string[]): ServerClaim {
  const responses: ResponseClaim[] = [];
  let last = false;
  for (const event of events) {
    const fault = /^@\d+ fault (\w+) (\d+)$/.exec(event);
    if (/^@\d+ head /.test(event)) last = event.endsWith(', last');
    // The rest of the message may still come: the client is not told of the end here.
    if (fault?.[1]?.endsWith('_TRUNCATED')) break;
    if (fault !== null) responses.push(bare(Number(fault[2]), true));
    else if (/^@\d+ end$/.test(event)) responses.push(bare(200, last));
    else continue;
    if (last || fault !== null) return { responses, closed: true };
  }
  return { responses, closed: false };
}

function bare(status: number, closes: boolean): ResponseClaim {
  return { status, closes, body: undefined, details: [] };
}

/** One line for each point in which the server differs from the claim; none where it does not. */
export function differences(
  claim: ServerClaim,
  seen: readonly ReadResponse[],
  closed: boolean,
): string[] {
  const statuses = seen.map(({ status }) => status).join(', ');
  const claimed = claim.responses.map(({ status }) => status).join(', ');
  const found = statuses === claimed ? [] : [`answered ${statuses || 'nothing'}, not ${claimed}`];
  if (closed !== claim.closed) found.push(closed ? 'closed' : 'left open');
  if (found.length > 0) return found;
  return claim.responses.flatMap((response, i) => differenceOf(response, seen[i] as ReadResponse));
}

function differenceOf(claim: ResponseClaim, seen: ReadResponse): string[] {
  const found: string[] = [];
  const says = (detail: string): void => {
    found.push(`the ${seen.status} ${detail}`);
  };
  const closes = seen.values('connection').includes('close');
  if (closes !== claim.closes) says(closes ? 'says close' : 'does not say close');
  if (claim.body !== undefined && seen.body !== claim.body)
    says(`has the body ${JSON.stringify(seen.body)}`);
  for (const detail of claim.details) {
    const [, word, rest = ''] = /^(no|line|trailer) (.*)$/.exec(detail) ?? [];
    const [name = '', value = ''] = (word === 'trailer' ? rest : detail).split(/: ?/, 2);
    if (word === 'no') {
      if (seen.values(rest).length > 0) says(`has ${rest}`);
    } else if (word === 'line') {
      if (seen.line !== rest) says(`begins with ${JSON.stringify(seen.line)}`);
    } else if (word === 'trailer') {
      if (!seen.trailers.some(([n, v]) => n === name && v === value)) says(`lacks ${detail}`);
    } else if (!seen.values(name).some((v) => v === value || (value === '…' && v !== ''))) {
      says(`lacks ${detail}`);
    }
  }
  return found;
}
