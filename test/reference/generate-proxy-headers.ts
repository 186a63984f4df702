// Headers of the PROXY protocol, and what is nearly one.

import fc from 'fast-check';

/** One character for each byte. */
export const SIGNATURE_TEXT = '\r\n\r\n\0\r\nQUIT\n';

const bytesText = (size: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: size, maxLength: size }).map((bytes) => String.fromCharCode(...bytes));

export const ipv4: fc.Arbitrary<string> = fc.ipV4();

/** With long runs of zeros, with an IPv4 address at the end, in both cases. */
export const ipv6: fc.Arbitrary<string> = fc.oneof(
  fc.ipV6(),
  fc.ipV6().map((text) => text.toUpperCase()),
  ipv4.map((text) => `::ffff:${text}`),
  fc
    .array(fc.constantFrom('0', '0', '1', 'ab', 'F00D'), { minLength: 8, maxLength: 8 })
    .map((groups) => groups.join(':')),
  fc.constantFrom('::', '::1', '1::', 'fe80::1', '2001:db8::', '0:0:1::', '1:2:3:4:5:6:7::'),
);

/** What is no address, or not in this form. */
const wrongAddress = fc.constantFrom(
  '',
  '1.2.3',
  '1.2.3.4.5',
  '01.2.3.4',
  '1.2.3.256',
  '0x1.2.3.4',
  '1:2',
  ':::',
  '1::2::3',
  '[::1]',
  'fe80::1%lo',
  '12345::',
  'localhost',
);
const port = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: 65_535 }).map(String) },
  fc.constantFrom('65535', '65536', '00', '080', '', '-1', '+1', '1e3', ' 1', '99999', '100000'),
);

function line(family: string, address: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const one = fc.oneof({ weight: 12, arbitrary: address }, wrongAddress);
  const space = fc.oneof(
    { weight: 30, arbitrary: fc.constant(' ') },
    fc.constantFrom('  ', '\t', ''),
  );
  const end = fc.oneof(
    { weight: 15, arbitrary: fc.constant('\r\n') },
    fc.constantFrom('\n', '\r', '\r\r\n', ' \r\n', '', '\0\r\n'),
  );
  return fc
    .tuple(space, space, one, space, one, space, port, space, port, end)
    .map(([a, b, source, c, destination, d, from, e, to, rest]) =>
      ['PROXY', a, family, b, source, c, destination, d, from, e, to, rest].join(''),
    );
}

const unknownLine = fc
  .tuple(
    fc.constantFrom('', ' ', ' ', ' x', 'X', ' \0', ' \r', ' \n', '\t'),
    fc.constantFrom('', 'f'.repeat(90), 'f'.repeat(91), 'f'.repeat(92), 'f'.repeat(93)),
    fc.constantFrom('\r\n', '\r\n', '\n', ''),
  )
  .map(([gap, rest, end]) => `PROXY UNKNOWN${gap}${rest}${end}`);

export const proxyLines: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: line('TCP4', ipv4) },
  { weight: 3, arbitrary: line('TCP6', ipv6) },
  { weight: 1, arbitrary: line('TCP4', ipv6) },
  { weight: 1, arbitrary: line('UDP4', ipv4) },
  { weight: 2, arbitrary: unknownLine },
);

/** The rest of a block is as long as its length says, or nearly so. */
export const proxyBlocks: fc.Arbitrary<string> = fc
  .record({
    command: fc.constantFrom(0x20, 0x21, 0x21, 0x21, 0x21, 0x22, 0x11, 0x2f, 0x01),
    family: fc.constantFrom(0, 0x11, 0x11, 0x21, 0x21, 0x12, 0x22, 0x31, 0x32, 0x10, 1, 0x13, 0x41),
    length: fc.constantFrom(0, 11, 12, 12, 13, 35, 36, 36, 40, 215, 216, 217, 600),
    less: fc.constantFrom(0, 0, 0, 0, 1, 5),
  })
  .chain(({ command, family, length, less }) => {
    const head = String.fromCharCode(command, family, length >> 8, length & 255);
    return bytesText(Math.max(0, length - less)).map((rest) => SIGNATURE_TEXT + head + rest);
  });

/** Headers, with what follows one, and with single bytes changed. */
export const proxyHeaders: fc.Arbitrary<string> = fc
  .tuple(
    fc.oneof(proxyLines, proxyBlocks),
    fc.constantFrom('', 'GET / HTTP/1.1\r\n', 'PROXY UNKNOWN\r\n', SIGNATURE_TEXT),
    fc.option(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { freq: 3 }),
  )
  .map(([header, rest, change]) => {
    const text = header + rest;
    if (change === null || text === '') return text;
    const at = change[0] % text.length;
    return text.slice(0, at) + String.fromCharCode(change[1]) + text.slice(at + 1);
  });
