// A client of a hostile application: sends requests, and breaks off at any byte.

import type { LinkOptions, Random } from '../../../src/testing/index.js';

export interface HostileStep {
  readonly afterMs: number;
  readonly bytes?: Uint8Array;
  readonly end?: 'end' | 'destroy' | 'reset';
}

export interface HostileVisit {
  readonly steps: readonly HostileStep[];
  readonly link: LinkOptions;
}

export function hostileVisit(random: Random): HostileVisit {
  let text = '';
  for (let left = random.integer(1, 4); left > 0; left--) text += drawRequest(random);
  const whole = Buffer.from(text, 'latin1');
  const isWhole = random.chance(0.4);
  const bytes = isWhole ? whole : whole.subarray(0, random.integer(1, whole.length));
  const steps: HostileStep[] = [];
  for (let at = 0; at < bytes.length; ) {
    const to = random.chance(0.5) ? bytes.length : at + random.integer(1, 60);
    steps.push({ afterMs: random.pick([0, 0, 1, 10]), bytes: bytes.subarray(at, to) });
    at = to;
  }
  if (random.chance(0.9))
    steps.push({
      afterMs: random.pick([0, 1, 5, 30, 150]),
      end: random.pick(['end', 'destroy', 'reset']),
    });
  const buffer = random.pick([65_536, 65_536, 100]);
  return {
    steps,
    link: {
      latencyMs: random.pick([0, 1]),
      toClient: { sendBufferBytes: buffer, receiveBufferBytes: buffer },
    },
  };
}

function drawRequest(random: Random): string {
  const method = random.pick(['GET', 'GET', 'HEAD', 'POST', 'POST', 'PUT']);
  const fields = ['Host: a'];
  if (random.chance(0.1)) fields.push('Connection: close');
  if (random.chance(0.5)) fields.push('TE: trailers');
  if (random.chance(0.05)) fields.push('Bad Field: x');
  let content = '';
  if (method === 'POST' || method === 'PUT') {
    const text = 'x'.repeat(random.pick([0, 5, 300, 3000]));
    if (random.chance(0.3)) fields.push('Content-Type: multipart/form-data; boundary=x');
    if (random.chance(0.2)) fields.push('Expect: 100-continue');
    if (random.chance(0.5)) {
      fields.push(`Content-Length: ${text.length}`);
      content = text;
    } else {
      fields.push('Transfer-Encoding: chunked');
      const size = random.chance(0.1) ? 'zz' : text.length.toString(16);
      content = text === '' ? '0\r\n\r\n' : `${size}\r\n${text}\r\n0\r\nA: b\r\n\r\n`;
    }
  }
  return `${method} /r HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n${content}`;
}
