// Which hosts of RFC 3986 the URL Standard takes: the platform's own parser says it. Punycode is
// judged by RFC 3492, and what Unicode says of a name by nobody: `sluice/core` doesn't know either.

/** Whether a text that matches `uri-host` [ ":" port ] is a host that a URL can have, as far as its octets tell. */
export function isUrlHost(hostAndPort: string): boolean {
  const host = hostAndPort.replace(/:[0-9]*$/, '');
  const labels = decode(host, /[a-z0-9.\x80-\xff-]/i).split('.');
  for (const label of labels) {
    if (!isAce(label)) continue;
    const decoded = decodePunycode(decode(label.slice(4), /./s));
    if (decoded === undefined || !isCanonical(decoded)) return false;
  }
  // A good punycode label, or an octet beyond US-ASCII, is any label and any letter to the rest. What is
  // still encoded stays, for the platform to judge.
  const rest = labels.map((label) => {
    return isAce(label) ? `a${(label.match(/%../g) ?? []).join('')}` : label;
  });
  return URL.canParse(`http://${rest.join('.').replace(/[\x80-\xff]/g, '!')}/`);
}

/** The triples of these octets decoded, the others as they are. */
function decode(host: string, octets: RegExp): string {
  return host.replace(/%([0-9a-f]{2})/gi, (triple, hex: string) => {
    const one = String.fromCharCode(Number.parseInt(hex, 16));
    return octets.test(one) ? one : triple;
  });
}

/** UTS 46 §6: no character is unassigned, a control, a space or another spelling of others; but four that are excepted. */
function isCanonical(text: string): boolean {
  return [...text].every(
    (one) =>
      one < '\x80' ||
      /^[ßς\u200c\u200d]$/u.test(one) ||
      !/^[\p{C}\p{Z}\p{Changes_When_NFKC_Casefolded}]$/u.test(one),
  );
}

function isAce(label: string): boolean {
  return /^xn--/i.test(label);
}

/**
 * RFC 3492 §6.2, to the letter. Undefined where it fails, and where nothing beyond US-ASCII does: then the label needed no punycode.
 */
export function decodePunycode(input: string): string | undefined {
  let n = 0x80;
  let i = 0;
  let bias = 72;
  const delimiter = input.lastIndexOf('-');
  const output = [...input.slice(0, Math.max(delimiter, 0))].map((one) => one.charCodeAt(0));
  if (output.some((code) => code > 0x7f)) return undefined;
  const digits = [...input.slice(delimiter + 1)];
  if (digits.length === 0) return undefined;
  while (digits.length > 0) {
    const oldi = i;
    let w = 1;
    for (let k = 36; ; k += 36) {
      const digit = 'abcdefghijklmnopqrstuvwxyz0123456789'.indexOf(
        (digits.shift() ?? '?').toLowerCase(),
      );
      if (digit < 0) return undefined;
      i += digit * w;
      if (!Number.isSafeInteger(i)) return undefined;
      const t = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
      if (digit < t) break;
      w *= 36 - t;
    }
    bias = adapt(i - oldi, output.length + 1, oldi === 0);
    n += Math.floor(i / (output.length + 1));
    i %= output.length + 1;
    if (n > 0x10ffff) return undefined;
    output.splice(i, 0, n);
    i += 1;
  }
  return String.fromCodePoint(...output);
}

/** RFC 3492 §6.1 */
function adapt(delta: number, numpoints: number, firsttime: boolean): number {
  let rest = Math.floor(firsttime ? delta / 700 : delta / 2);
  rest += Math.floor(rest / numpoints);
  let k = 0;
  while (rest > Math.floor(((36 - 1) * 26) / 2)) {
    rest = Math.floor(rest / (36 - 1));
    k += 36;
  }
  return k + Math.floor(((36 - 1 + 1) * rest) / (rest + 38));
}
