// Requests as the bytes that go over the wire, whatever port they go to.

const host = 'Host: bench.example';

/** @param headers - field lines without their ends */
export function request(method, target, headers = [], body = '') {
  const bytes = Buffer.from(body);
  const lines = [`${method} ${target} HTTP/1.1`, host, ...headers];
  if (bytes.length > 0 || method === 'POST') lines.push(`Content-Length: ${bytes.length}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytes]);
}

export const get = (target, headers) => request('GET', target, headers);
export const post = (target, headers, body) => request('POST', target, headers, body);

export function postChunked(target, headers, chunks) {
  const lines = [`POST ${target} HTTP/1.1`, host, ...headers, 'Transfer-Encoding: chunked'];
  const body = [...chunks, ''].map(
    (chunk) => `${Buffer.byteLength(chunk).toString(16)}\r\n${chunk}\r\n`,
  );
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body.join('')}`);
}

export const pipelined = (bytes, depth) =>
  Buffer.concat(Array.from({ length: depth }, () => bytes));

/** What a browser sends beside the request line and Host: about 870 bytes. */
export const browserHeaders = [
  'Connection: keep-alive',
  'Cache-Control: max-age=0',
  'sec-ch-ua: "Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"',
  'sec-ch-ua-mobile: ?0',
  'sec-ch-ua-platform: "Linux"',
  'Upgrade-Insecure-Requests: 1',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
  'Sec-Fetch-Site: same-origin',
  'Sec-Fetch-Mode: navigate',
  'Sec-Fetch-User: ?1',
  'Sec-Fetch-Dest: document',
  'Referer: https://bench.example/catalogue/index.html',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Accept-Language: en-GB,en;q=0.9,de;q=0.8',
  'Cookie: session=8f14e45fceea167a5a36dedd4bea2543; theme=dark; consent=necessary; seen=2041',
  'Priority: u=0, i',
];
