/** A response head as a strict client reads it. */
export interface ReadHead {
  readonly status: number;
  readonly reason: string;
  /** In order, case as sent. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/**
 * Reads exactly one head and throws on anything else: a second empty line, a bare
 * CR or LF, a fold, a byte after the end. So what it returns is all that was sent.
 */
export function readResponseHead(head: string): ReadHead {
  if (!head.endsWith('\r\n\r\n')) throw new Error('the head does not end in an empty line');
  const [statusLine = '', ...lines] = head.slice(0, -4).split('\r\n');
  const status = /^HTTP\/1\.1 ([1-5][0-9]{2}) ([\t\x20-\x7e\x80-\xff]*)$/.exec(statusLine);
  if (status === null) throw new Error(`no status line: ${JSON.stringify(statusLine)}`);
  const fields = lines.map((line): [string, string] => {
    const field = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ((?:[\t\x20-\x7e\x80-\xff]*))$/.exec(line);
    if (field === null) throw new Error(`no field line: ${JSON.stringify(line)}`);
    return [field[1] as string, field[2] as string];
  });
  return { status: Number(status[1]), reason: status[2] as string, fields };
}

/** All values of one name, in any case. */
export function valuesOf(head: ReadHead, name: string): string[] {
  return head.fields.filter(([n]) => n.toLowerCase() === name).map(([, value]) => value);
}
