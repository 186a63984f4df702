// The head of a final response as one latin1 string, which is written together
// with a short body in one piece.

import type { Reply } from './reply.js';
import { type ReplyFraming, SEND_CHUNKED } from './reply-framing.js';
import { reasonPhrase } from './status.js';

/** What is said of the connection: nothing (the version's default), or an option. */
export type ConnectionOption = (typeof CONNECTION_OPTIONS)[number];
const CONNECTION_OPTIONS = ['', 'close', 'keep-alive'] as const;

/** How a head ends, for each of the options: Date, Connection and the empty line. Made anew for another date. */
const ends: Record<ConnectionOption, string> = { '': '', close: '', 'keep-alive': '' };
let endsDateLine: string | undefined;

/** Status lines with their registered phrases, by status; made at first use. */
const statusLines: (string | undefined)[] = new Array(600);

/**
 * Status line, fields and the empty line. The version is sluice's own, 1.1, whatever the
 * client's (RFC 9110 §2.5).
 *
 * @param framing from `reply.framing(…)`
 * @param connection `close` on the last response of a connection, `keep-alive` for an HTTP/1.0
 * client that asked for it
 * @param dateLine the Date field with its CRLF; left out where the handler set Date itself
 */
export function responseHead(
  reply: Reply,
  framing: ReplyFraming,
  connection: ConnectionOption,
  dateLine: string,
): string {
  const { status, statusText, fields } = reply;
  const own = statusText !== '' || reply.hasDate;
  if (
    !own &&
    fields === last.fields &&
    framing === last.framing &&
    status === last.status &&
    connection === last.connection &&
    dateLine === last.dateLine
  )
    return last.text;
  const text =
    statusLine(status, statusText) +
    fields +
    framingLine(framing) +
    (reply.hasDate ? headEnd('', connection) : endFor(dateLine, connection));
  if (!own) {
    last.fields = fields;
    last.framing = framing;
    last.status = status;
    last.connection = connection;
    last.dateLine = dateLine;
    last.text = text;
  }
  return text;
}

/** The head that was made last: a server's responses are often alike but for their content. */
const last = { status: 0, fields: '', framing: 0, connection: '', dateLine: '', text: '' };

function endFor(dateLine: string, connection: ConnectionOption): string {
  if (dateLine !== endsDateLine) {
    endsDateLine = dateLine;
    for (const option of CONNECTION_OPTIONS) ends[option] = headEnd(dateLine, option);
  }
  return ends[connection];
}

function headEnd(dateLine: string, connection: ConnectionOption): string {
  return connection === '' ? `${dateLine}\r\n` : `${dateLine}Connection: ${connection}\r\n\r\n`;
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
