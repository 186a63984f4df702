import { Readable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import {
  type BodySource,
  openBody,
  type StreamedBody,
} from '../../../../src/http/reply/body-source.js';
import { reply } from '../../../../src/http/reply/reply.js';
import { ReplyError } from '../../../../src/http/reply/reply-error.js';
import { requestOf, ScriptedBody } from '../../../support/request-of.js';

/** Keeps a record of what happens to a source. */
class Log {
  readonly seen: string[] = [];

  stream(chunks: readonly unknown[], failure?: Error): StreamedBody {
    let at = 0;
    return new ReadableStream(
      {
        pull: (controller) => {
          this.seen.push('pull');
          if (at < chunks.length) controller.enqueue(chunks[at++] as never);
          else if (failure === undefined) controller.close();
          else throw failure;
        },
        cancel: (reason) => {
          this.seen.push(`cancel ${reason}`);
        },
      },
      { highWaterMark: 0 },
    ) as StreamedBody;
  }

  async *asyncGenerator(chunks: readonly unknown[], failure?: Error): AsyncGenerator<never> {
    this.seen.push('start');
    try {
      for (const chunk of chunks) yield chunk as never;
      if (failure !== undefined) throw failure;
    } finally {
      this.seen.push('finally');
    }
  }

  *generator(chunks: readonly unknown[], failure?: Error): Generator<never> {
    this.seen.push('start');
    try {
      for (const chunk of chunks) yield chunk as never;
      if (failure !== undefined) throw failure;
    } finally {
      this.seen.push('finally');
    }
  }
}

type Kind = (log: Log, chunks: readonly unknown[], failure?: Error) => StreamedBody;

const KINDS: [string, Kind][] = [
  ['a ReadableStream', (log, ...given) => log.stream(...given)],
  ['an async generator', (log, ...given) => log.asyncGenerator(...given)],
  ['a generator', (log, ...given) => log.generator(...given)],
];

async function textsOf(source: BodySource): Promise<string[]> {
  const texts: string[] = [];
  for (;;) {
    const chunk = await source.next();
    if (chunk === undefined) return texts;
    texts.push(new TextDecoder().decode(chunk));
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe.each(KINDS)('%s', (kind, made) => {
  test('is pulled chunk by chunk, strings as UTF-8, empty chunks left out', async () => {
    const source = openBody(made(new Log(), ['é', '', new Uint8Array(0), new Uint8Array([97])]));
    expect(await textsOf(source)).toEqual(['é', 'a']);
    expect(await source.next()).toBe(undefined);
  });

  test('is finished once, and not cancelled then', async () => {
    const log = new Log();
    const source = openBody(made(log, ['a']));
    await textsOf(source);
    source.close('late');
    await turn();
    const expected = kind === 'a ReadableStream' ? ['pull', 'pull'] : ['start', 'finally'];
    expect(log.seen).toEqual(expected);
  });

  test('is given up once, in its middle', async () => {
    const log = new Log();
    const source = openBody(made(log, ['a', 'b', 'c']));
    await source.next();
    source.close('enough');
    source.close('again');
    expect(await source.next()).toBe(undefined);
    await turn();
    const expected = kind === 'a ReadableStream' ? ['pull', 'cancel enough'] : ['start', 'finally'];
    expect(log.seen).toEqual(expected);
  });

  test('is never started when it is given up before', async () => {
    const log = new Log();
    const body = made(log, ['a']);
    openBody(body).close('HEAD');
    await turn();
    expect(log.seen).toEqual(kind === 'a ReadableStream' ? ['cancel HEAD'] : []);
    if (Symbol.iterator in body) expect([...body]).toEqual([]);
  });

  test('passes its error on, and is over then', async () => {
    const log = new Log();
    const source = openBody(made(log, ['a'], new Error('broken')));
    await source.next();
    await expect(source.next()).rejects.toThrow('broken');
    source.close();
    expect(await source.next()).toBe(undefined);
    await turn();
    const expected = kind === 'a ReadableStream' ? ['pull', 'pull'] : ['start', 'finally'];
    expect(log.seen).toEqual(expected);
  });

  test.each([[42], [null], [undefined], [{}], [[1]]])(
    'is given up over a chunk of %o',
    async (chunk) => {
      const log = new Log();
      const source = openBody(made(log, [chunk, 'b']));
      const error: unknown = await Promise.resolve(source.next()).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(ReplyError);
      expect(error).toMatchObject({ code: 'SLUICE_REPLY_BODY_INVALID' });
      expect((error as Error).message).toContain('must be a string or a Uint8Array; got');
      await turn();
      expect(log.seen.length).toBe(2);
      expect(log.seen[1]).toMatch(/^(?:cancel ReplyError|finally)/);
    },
  );
});

test('what fails in the clean-up goes to onError, or nowhere', async () => {
  const failing = (): StreamedBody[] => [
    (async function* () {
      try {
        yield 'a';
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: the case under test
        throw new Error('clean-up');
      }
    })(),
    new ReadableStream({
      cancel() {
        throw new Error('clean-up');
      },
      pull(controller) {
        controller.enqueue('a');
      },
    }),
  ];
  for (const body of failing()) {
    const errors: unknown[] = [];
    const source = openBody(body);
    await source.next();
    source.close('enough', (error) => errors.push(error));
    await turn();
    expect(errors).toMatchObject([{ message: 'clean-up' }]);
  }
  for (const body of failing()) {
    const source = openBody(body);
    await source.next();
    source.close();
    await turn();
  }
});

test('a chunk that comes after the source was given up is dropped', async () => {
  let release: (chunk: string) => void = () => undefined;
  const late = new Promise<string>((resolve) => {
    release = resolve;
  });
  const source = openBody({
    [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: await late }) }),
  });
  const next = source.next();
  source.close();
  release('late');
  expect(await next).toBe(undefined);
});

test('an iterable that was not begun is left alone: nothing of it is open', async () => {
  let begun = 0;
  const iterable = {
    [Symbol.asyncIterator](): AsyncIterator<string> {
      begun++;
      return { next: async () => ({ done: true, value: undefined }) };
    },
  };
  openBody(iterable).close();
  await turn();
  expect(begun).toBe(0);
});

test('a Node stream is destroyed, begun or not', async () => {
  for (const begin of [false, true]) {
    const readable = Readable.from(['a', 'b']);
    const source = openBody(readable);
    if (begin) await source.next();
    source.close();
    await turn();
    expect(readable.destroyed).toBe(true);
  }
});

test('a request’s own stream goes past the native reader, and is cancelled with its reply', async () => {
  const body = new ScriptedBody(['a', 'b', 'c'], true);
  const request = requestOf({ body });
  const stream = request.body as ReadableStream<Uint8Array>;
  const direct = vi.spyOn(stream, 'values');
  const source = openBody(stream);
  expect(direct).toHaveBeenCalledOnce();
  expect(stream.locked).toBe(true);
  await source.next();
  expect(body.reads).toBe(1);
  source.close('gone');
  await turn();
  expect(body.cancelled).toEqual(['gone']);
  const unbegun = new ScriptedBody(['a']);
  openBody(requestOf({ body: unbegun }).body as StreamedBody).close('gone');
  await turn();
  expect(unbegun.cancelled).toEqual(['gone']);
});

describe('a reply with a streamed body', () => {
  test('is sent once', () => {
    const made = reply(new Log().asyncGenerator(['a']));
    made.open();
    expect(() => made.open()).toThrow('can be sent only once');
  });

  test('is discarded unread, once', async () => {
    const log = new Log();
    const made = reply(log.stream(['a']));
    made.discard('HEAD');
    made.discard('again');
    expect(() => made.open()).toThrow(ReplyError);
    await turn();
    expect(log.seen).toEqual(['cancel HEAD']);
    reply('whole').discard();
  });

  test('tells of a stream that was locked meanwhile', () => {
    const stream = new ReadableStream<string>();
    const made = reply(stream);
    stream.getReader();
    const errors: unknown[] = [];
    made.discard('HEAD', (error) => errors.push(error));
    expect(errors).toMatchObject([{ code: 'SLUICE_REPLY_BODY_USED' }]);
    expect(() => reply(stream)).toThrow(ReplyError);
  });
});
