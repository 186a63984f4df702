// As much of HTTP as a client needs that knows its server: a status line, fields, a body with a
// Content-Length or chunked.

const headEnd = '\r\n\r\n';
const lengthField = /\r\ncontent-length: *(\d+)/i;
const chunkedField = /\r\ntransfer-encoding: *chunked/i;
const closeField = /\r\nconnection: *close/i;

export class Response {
  status = 0;
  body = '';
  /** The server will close. */
  closes = false;
}

export class ResponseReader {
  constructor() {
    this.text = '';
  }

  push(bytes) {
    const text = bytes.latin1Slice(0, bytes.length);
    this.text = this.text === '' ? text : this.text + text;
  }

  /** Fills `response` with the next whole response; false where there is none yet. */
  next(response) {
    for (;;) {
      const bodyAt = this.text.indexOf(headEnd) + headEnd.length;
      if (bodyAt < headEnd.length) return false;
      const head = this.text.slice(0, bodyAt);
      const status = Number(head.slice(9, 12));
      if (status >= 200) return this.finish(response, head, status, bodyAt);
      this.text = this.text.slice(bodyAt);
    }
  }

  finish(response, head, status, bodyAt) {
    const { text } = this;
    let end = bodyAt + Number(lengthField.exec(head)?.[1] ?? 0);
    if (chunkedField.test(head)) {
      const last = text.indexOf('0\r\n\r\n', bodyAt);
      if (last === -1) return false;
      end = last + 5;
    }
    if (text.length < end) return false;
    response.status = status;
    response.body = text.slice(bodyAt, end);
    response.closes = closeField.test(head);
    this.text = end === text.length ? '' : text.slice(end);
    return true;
  }
}
