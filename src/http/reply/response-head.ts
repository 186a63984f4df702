// The head of a final response as one latin1 string. A short body is appended to it, for one write.

import { latin1 } from '../latin1.js';
import type { Reply } from './reply.js';
import { type ReplyFraming, SEND_CHUNKED } from './reply-framing.js';
import { reasonPhrase } from './status.js';

/** The Connection field: none (the default of the version), or an option. */
export type ConnectionOption = (typeof CONNECTION_OPTIONS)[number];
const CONNECTION_OPTIONS = ['', 'close', 'keep-alive'] as const;

/**
 * The end of a head for each option: Date, Connection and the empty line. Made again when the date
 * changes.
 */
const ends: Record<ConnectionOption, string> = { '': '', close: '', 'keep-alive': '' };
let endsDateLine: string | undefined;
let endsKeepAliveSeconds = 0;

/** Status lines with their standard phrases, by status. Each is made at its first use. */
const statusLines: (string | undefined)[] = new Array(600);

/**
 * Status line, fields and the empty line. The version is always 1.1, for every client (RFC 9110
 * §2.5).
 *
 * @param framing the result of `reply.framing(…)`
 * @param connection `close` on the last response of a connection, `keep-alive` for a client that
 * asked for it
 * @param dateLine the Date field with its CRLF; not used if the handler set Date itself
 * @param keepAliveSeconds time for which an idle connection is kept, sent with `keep-alive`; 0
 * sends no time
 */
export function responseHead(
  reply: Reply,
  framing: ReplyFraming,
  connection: ConnectionOption,
  dateLine: string,
  keepAliveSeconds = 0,
): string {
  const last = connection === 'close' ? lastOfClosing : lastOfOpen;
  if (
    reply.statusText === '' &&
    !reply.hasDate &&
    reply.fields === last.fields &&
    framing === last.framing &&
    reply.status === last.status &&
    connection === last.connection &&
    dateLine === last.dateLine &&
    keepAliveSeconds === last.keepAliveSeconds
  )
    return last.isFlat ? last.text : flat(last);
  return madeHead(last, reply, framing, connection, dateLine, keepAliveSeconds);
}

function madeHead(
  last: LastHead,
  reply: Reply,
  framing: ReplyFraming,
  connection: ConnectionOption,
  dateLine: string,
  keepAliveSeconds: number,
): string {
  const { status, statusText, fields } = reply;
  const text =
    statusLine(status, statusText) +
    fields +
    framingLine(framing) +
    (reply.hasDate
      ? headEnd('', connection, keepAliveSeconds)
      : endFor(dateLine, connection, keepAliveSeconds));
  if (statusText === '' && !reply.hasDate) {
    last.fields = fields;
    last.framing = framing;
    last.status = status;
    last.connection = connection;
    last.dateLine = dateLine;
    last.keepAliveSeconds = keepAliveSeconds;
    last.text = text;
    last.isFlat = false;
  }
  return text;
}

/**
 * V8 keeps a sum of strings as a tree, and each write of it walks the tree. A head that is sent again is made one
 * piece.
 */
function flat(last: LastHead): string {
  const { text } = last;
  last.text = latin1(Buffer.from(text, 'latin1'), 0, text.length);
  last.isFlat = true;
  return last.text;
}

interface LastHead {
  status: number;
  fields: string;
  framing: number;
  connection: string;
  dateLine: string;
  keepAliveSeconds: number;
  text: string;
  isFlat: boolean;
}

/**
 * The last head that was made, of connections that go on and of those that end. The heads of a server are often the
 * same, only the content differs.
 */
const lastOfOpen: LastHead = noHead();
const lastOfClosing: LastHead = noHead();

function noHead(): LastHead {
  return {
    status: 0,
    fields: '',
    framing: 0,
    connection: '',
    dateLine: '',
    keepAliveSeconds: 0,
    text: '',
    isFlat: false,
  };
}

function endFor(dateLine: string, connection: ConnectionOption, keepAliveSeconds: number): string {
  if (dateLine !== endsDateLine || keepAliveSeconds !== endsKeepAliveSeconds) {
    endsDateLine = dateLine;
    endsKeepAliveSeconds = keepAliveSeconds;
    for (const option of CONNECTION_OPTIONS)
      ends[option] = headEnd(dateLine, option, keepAliveSeconds);
  }
  return ends[connection];
}

function headEnd(dateLine: string, connection: ConnectionOption, keepAliveSeconds: number): string {
  if (connection === '') return `${dateLine}\r\n`;
  const said =
    connection === 'keep-alive' && keepAliveSeconds > 0
      ? `Keep-Alive: timeout=${keepAliveSeconds}\r\n`
      : '';
  return `${dateLine}Connection: ${connection}\r\n${said}\r\n`;
}

const KEEPS_AND_ENDS = /(?:Connection: keep-alive\r\n(?:Keep-Alive: [^\r]*\r\n)?)?\r\n$/;

/** A head that was made before it was decided that the connection ends with its response (RFC 9112 §9.6). */
export function sayingClose(head: string): string {
  if (head === '' || head.endsWith('\r\nConnection: close\r\n\r\n')) return head;
  return head.replace(KEEPS_AND_ENDS, 'Connection: close\r\n\r\n');
}

/** status-line = HTTP-version SP status-code SP [ reason-phrase ] CRLF (RFC 9112 §4) */
function statusLine(status: number, statusText: string): string {
  if (statusText !== '') return `HTTP/1.1 ${status} ${statusText}\r\n`;
  let line = statusLines[status];
  if (line === undefined) {
    line = `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n`;
    statusLines[status] = line;
  }
  return line;
}

function framingLine(framing: ReplyFraming): string {
  if (framing >= 0) return `Content-Length: ${framing}\r\n`;
  return framing === SEND_CHUNKED ? 'Transfer-Encoding: chunked\r\n' : '';
}
