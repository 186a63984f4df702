// Before a server is measured it is asked once, on a plain socket: status, type and every byte count.

import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

/**
 * Sends each request of a case as the case would, twice on one connection where it may be kept.
 *
 * @throws with what came, where it isn't what the case expects
 */
export async function checkAnswers(port, { requests, answers, depth = 1, encrypted = false }) {
  for (const [i, bytes] of requests.entries()) {
    const expected = answers[i % answers.length];
    const times = expected.closes ? 1 : 2;
    await checkAnswer(openerOf(port, encrypted), bytes, times, depth, expected);
  }
}

/** Gives a socket to the server when it is called. Who has signed its certificate is no question here. */
function openerOf(port, encrypted) {
  const where = { port, host: '127.0.0.1' };
  return encrypted
    ? () => connectTls({ ...where, rejectUnauthorized: false })
    : () => connect(where);
}

function checkAnswer(open, bytes, times, depth, expected) {
  return new Promise((resolve, reject) => {
    const socket = open();
    const reader = new AnswerReader();
    let sent = 0;
    const send = () => {
      sent++;
      socket.write(bytes);
    };
    const settle = (error) => {
      clearTimeout(timer);
      socket.destroy();
      if (error === undefined) resolve();
      else reject(error);
    };
    const timer = setTimeout(
      () => settle(new Error(`no answer to ${firstLine(bytes)} in 10 s`)),
      10_000,
    );
    socket.on('error', settle);
    socket.on('connect', send);
    socket.on('data', (chunk) => {
      try {
        reader.feed(chunk);
        if (reader.answers.length < sent * depth) return;
        if (reader.answers.length > sent * depth) throw new Error('more answers than requests');
        for (const answer of reader.answers.slice(-depth)) verify(answer, expected, bytes);
        if (sent < times) send();
        else if (!expected.closes) settle();
      } catch (error) {
        settle(error);
      }
    });
    socket.on('close', () => {
      const isAnswered = reader.answers.length === times * depth;
      settle(
        isAnswered && expected.closes
          ? undefined
          : new Error(`the connection was closed after ${reader.answers.length} answers`),
      );
    });
  });
}

function verify({ status, type, body }, expected, bytes) {
  const asked = firstLine(bytes);
  if (status !== (expected.status ?? 200)) throw new Error(`${asked}: ${status} ${body}`);
  if (expected.type !== undefined && !type.toLowerCase().startsWith(expected.type)) {
    throw new Error(`${asked}: the type is '${type}', not ${expected.type}`);
  }
  const content = Buffer.from(expected.body);
  if (!body.equals(content)) {
    const shown = body.length < 400 ? `'${body}'` : `${body.length} bytes`;
    throw new Error(`${asked}: came ${shown}, expected ${content.length} bytes`);
  }
}

const firstLine = (bytes) => bytes.subarray(0, bytes.indexOf('\r\n')).toString('latin1');

/** Reads answers with Content-Length or chunked; strict only in what the check is about. */
class AnswerReader {
  answers = [];
  #rest = Buffer.alloc(0);

  feed(chunk) {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (let end = this.#headEnd(); end !== -1; end = this.#headEnd()) {
      const head = this.#rest.toString('latin1', 0, end);
      const found = contentAfter(this.#rest, end + 4, head);
      if (found === undefined) return;
      this.answers.push({
        status: Number(head.slice(9, 12)),
        type: fieldOf(head, 'content-type') ?? '',
        body: found.body,
      });
      this.#rest = this.#rest.subarray(found.end);
    }
  }

  #headEnd() {
    return this.#rest.indexOf('\r\n\r\n');
  }
}

function fieldOf(head, name) {
  return new RegExp(`^${name}: *(.*?) *$`, 'im').exec(head)?.[1];
}

function contentAfter(bytes, from, head) {
  if (fieldOf(head, 'transfer-encoding')?.toLowerCase() === 'chunked') return chunked(bytes, from);
  const length = Number(fieldOf(head, 'content-length') ?? Number.NaN);
  if (Number.isNaN(length)) throw new Error(`no length in ${head}`);
  const end = from + length;
  return bytes.length < end ? undefined : { body: bytes.subarray(from, end), end };
}

function chunked(bytes, from) {
  const parts = [];
  for (let at = from; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (bytes.length < next) return undefined;
    if (size === 0) return { body: Buffer.concat(parts), end: next };
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = next;
  }
}
