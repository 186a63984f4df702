// The kinds of work to look at. `options` are the server's, `answer(reply)` makes its handler, `load`
// is what autocannon is given; every case is bounded by its number of connections.

const KIB = 1024;

/** What Chromium sends when it is asked for a page by a link: some 900 bytes. */
const BROWSER_FIELDS = {
  'cache-control': 'max-age=0',
  'sec-ch-ua': '"Chromium";v="140", "Not=A?Brand";v="24", "Google Chrome";v="140"',
  'sec-ch-ua-mobile': '?0',
  'sec-ch-ua-platform': '"Linux"',
  'upgrade-insecure-requests': '1',
  'user-agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  accept:
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8',
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-user': '?1',
  'sec-fetch-dest': 'document',
  referer: 'http://127.0.0.1/articles/2026/an-event-loop-and-its-limits',
  'accept-encoding': 'gzip, deflate, br, zstd',
  'accept-language': 'en-GB,en;q=0.9,de;q=0.8',
  cookie: 'session=8f14e45fceea167a5a36dedd4bea2543; theme=dark; consent=1',
};

const PIECE = new Uint8Array(64 * KIB).fill(0x61);

function* pieces(count) {
  for (let i = 0; i < count; i++) yield PIECE;
}

/** Keeps the processor busy, as work that nobody has made asynchronous does. */
function compute(rounds) {
  let sum = 0;
  for (let i = 0; i < rounds; i++) sum = (sum * 31 + i) | 0;
  return sum;
}

export const CASES = {
  hello: {
    about: 'a small GET, a small answer',
    answer: (reply) => () => reply('Hello, World!'),
    load: { connections: 64 },
  },
  browser: {
    about: "the same with a browser's head of 900 bytes",
    answer: (reply) => () => reply('Hello, World!'),
    load: { connections: 64, headers: BROWSER_FIELDS },
  },
  json: {
    about: 'POST of 1 KiB of JSON; url and three headers are looked at, JSON is answered',
    answer: (reply) => async (request) => {
      const { pathname } = new URL(request.url);
      const { headers } = request;
      const { items } = await request.json();
      const answer = {
        pathname,
        items: items.length,
        type: headers.get('content-type'),
        accept: headers.get('accept'),
        host: headers.get('host'),
      };
      return reply(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } });
    },
    load: {
      connections: 64,
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ items: Array.from({ length: 50 }, (_, id) => ({ id, on: true })) }),
    },
  },
  upload: {
    about: 'POST of 1 MiB, read as a stream and counted',
    answer: (reply) => async (request) => {
      let bytes = 0;
      for await (const chunk of request.body) bytes += chunk.length;
      return reply(`${bytes}\n`);
    },
    load: { connections: 16, method: 'POST', body: Buffer.alloc(1024 * KIB, 'a') },
  },
  stream: {
    about: 'an answer of 1 MiB from a generator, in pieces of 64 KiB',
    answer: (reply) => () => reply(pieces(16)),
    load: { connections: 16 },
  },
  overload: {
    about: 'more work than there is time for: most of it is refused with 503',
    options: { concurrency: 4 },
    answer: (reply) => async () => {
      await undefined;
      return reply(`${compute(400_000)}\n`);
    },
    load: { connections: 200 },
    mayRefuse: true,
  },
};
