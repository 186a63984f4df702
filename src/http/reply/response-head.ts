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
let endsKeepAliveSeconds = 0;

/** Status lines with their registered phrases, by status; made at first use. */
const statusLines: (string | undefined)[] = new Array(600);

/**
 * Status line, fields and the empty line. The version is sluice's own, 1.1, whatever the
 * client's (RFC 9110 §2.5).
 *
 * @param framing from `reply.framing(…)`
 * @param connection `close` on the last response of a connection, `keep-alive` for a client that asked for it
 * @param dateLine the Date field with its CRLF; left out where the handler set Date itself
 * @param keepAliveSeconds for how long an idle connection is kept, as is said beside `keep-alive`; 0: nothing is said
 */
export function responseHead(
  reply: Reply,
  framing: ReplyFraming,
  connection: ConnectionOption,
  dateLine: string,
  keepAliveSeconds = 0,
): string {
  const { status, statusText, fields } = reply;
  const own = statusText !== '' || reply.hasDate;
  if (
    !own &&
    fields === last.fields &&
    framing === last.framing &&
    status === last.status &&
    connection === last.connection &&
    dateLine === last.dateLine &&
    keepAliveSeconds === last.keepAliveSeconds
  )
    return last.text;
  const text =
    statusLine(status, statusText) +
    fields +
    framingLine(framing) +
    (reply.hasDate
      ? headEnd('', connection, keepAliveSeconds)
      : endFor(dateLine, connection, keepAliveSeconds));
  if (!own) {
    last.fields = fields;
    last.framing = framing;
    last.status = status;
    last.connection = connection;
    last.dateLine = dateLine;
    last.keepAliveSeconds = keepAliveSeconds;
    last.text = text;
  }
  return text;
}

/** The head that was made last: a server's responses are often alike but for their content. */
const last = {
  status: 0,
  fields: '',
  framing: 0,
  connection: '',
  dateLine: '',
  keepAliveSeconds: 0,
  text: '',
};

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
