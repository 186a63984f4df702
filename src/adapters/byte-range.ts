// Which part of a file a Range field asks for (RFC 9110 §14). One range is served;
// several are answered with the whole, as the RFC allows: a multipart answer of many
// small, overlapping ranges costs the server more than it costs whoever asks (CVE-2011-3192).

/** A part of a file: `length` bytes from `start`. */
export interface ByteRange {
  readonly start: number;
  readonly length: number;
}

/** `whole`: no range, or one that is to be ignored. `unsatisfiable`: 416. */
export function parseByteRange(
  field: string | null,
  size: number,
): ByteRange | 'whole' | 'unsatisfiable' {
  if (field === null) return 'whole';
  const parts = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(field);
  if (parts === null) return 'whole';
  const first = parts[1] ?? '';
  const last = parts[2] ?? '';
  if (first === '') {
    if (last === '') return 'whole';
    // The last n bytes; of an empty file there are none, and no last 0 bytes of any file.
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, length };
  }
  // Numbers past 2^53 lose digits here, which does no harm: no file is so long.
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return 'whole'; // RFC 9110 §14.1.2: invalid, so ignored.
  return start >= size ? 'unsatisfiable' : { start, length: end - start + 1 };
}
