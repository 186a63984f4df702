import { describe, expect, test } from 'vitest';
import { BodyError } from '../../../../src/http/request/body-error.js';
import type { SluiceRequest } from '../../../../src/http/request/request.js';
import { completeBody, requestOf, ScriptedBody } from '../../../support/request-of.js';

type Made = (...chunks: string[]) => ScriptedBody;

const FORMS: [string, Made][] = [
  ['wholly there', completeBody],
  ['that comes in time', (...chunks) => new ScriptedBody(chunks)],
  ['that is there when asked', (...chunks) => new ScriptedBody(chunks, true)],
];

function streamOf(request: SluiceRequest): ReadableStream<Uint8Array> {
  const { body } = request;
  if (body === null) throw new Error('no body');
  return body;
}

/** Node's own answer, behind `isDisturbed` of node:stream. */
const isDisturbed = (stream: object): unknown =>
  Reflect.get(stream, Symbol.for('nodejs.stream.disturbed'));

const read = async (chunks: AsyncIterable<Uint8Array>): Promise<string[]> => {
  const texts: string[] = [];
  for await (const chunk of chunks) texts.push(new TextDecoder().decode(chunk));
  return texts;
};

describe.each(FORMS)('a body %s', (_, made) => {
  test('is read as text, without its byte order mark, over the borders of chunks', async () => {
    const request = requestOf({ body: made('\ufeffab', 'c') });
    expect(await request.text()).toBe('abc');
    const split = new TextEncoder().encode('é');
    const body = new ScriptedBody([split.subarray(0, 1), split.subarray(1), new Uint8Array([255])]);
    expect(await requestOf({ body }).text()).toBe('é\ufffd');
  });

  test('is read as json, bytes, arrayBuffer and blob', async () => {
    expect(await requestOf({ body: made('{"a"', ':1}') }).json()).toEqual({ a: 1 });
    await expect(requestOf({ body: made('{') }).json()).rejects.toThrow(SyntaxError);
    expect(await requestOf({ body: made('a', 'b') }).bytes()).toEqual(new Uint8Array([97, 98]));
    const buffer = await requestOf({ body: made('a', 'b') }).arrayBuffer();
    expect([...new Uint8Array(buffer)]).toEqual([97, 98]);
    const blob = await requestOf({
      body: made('a', 'b'),
      fields: 'Content-Type: text/PLAIN; charset=utf-8\r\n',
    }).blob();
    expect([await blob.text(), blob.type]).toEqual(['ab', 'text/plain;charset=utf-8']);
  });

  test('is read as a form of either kind', async () => {
    const urlencoded = await requestOf({
      body: made('a=1&', 'b=%20'),
      fields: 'Content-Type: application/x-www-form-urlencoded\r\n',
    }).formData();
    expect([...urlencoded]).toEqual([
      ['a', '1'],
      ['b', ' '],
    ]);
    const multipart = await requestOf({
      body: made('--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n', '--x--\r\n'),
      fields: 'Content-Type: multipart/form-data; boundary=x\r\n',
    }).formData();
    expect(multipart.get('a')).toBe('1');
    await expect(requestOf({ body: made('a=1') }).formData()).rejects.toThrow(TypeError);
  });

  test('is read once: a second reading rejects with a TypeError', async () => {
    for (const method of ['text', 'json', 'bytes', 'arrayBuffer', 'blob', 'formData'] as const) {
      const request = requestOf({ body: made('1') });
      expect(request.bodyUsed).toBe(false);
      const text = request.text();
      expect(request.bodyUsed).toBe(true);
      await expect(request[method]()).rejects.toThrow(TypeError);
      expect(await text).toBe('1');
      expect(request.bodyUsed).toBe(true);
    }
  });

  test('is a locked, closed stream once it was read as a whole', async () => {
    const request = requestOf({ body: made('1') });
    await request.text();
    expect(streamOf(request).locked).toBe(true);
    expect(isDisturbed(streamOf(request))).toBe(true);
    expect(() => streamOf(request).getReader()).toThrow(TypeError);
    const after = requestOf({ body: made('1') });
    const stream = streamOf(after);
    expect(await after.text()).toBe('1');
    expect([stream.locked, isDisturbed(stream), after.bodyUsed]).toEqual([true, true, true]);
  });

  test('is iterated directly, and the stream is closed and unlocked then', async () => {
    const request = requestOf({ body: made('a', 'b', 'c') });
    const stream = streamOf(request);
    expect(stream).toBe(request.body);
    const chunks = stream.values();
    expect(stream.locked).toBe(true);
    expect(await read(chunks)).toEqual(['a', 'b', 'c']);
    expect([stream.locked, isDisturbed(stream), request.bodyUsed]).toEqual([false, true, true]);
    expect(await stream.getReader().read()).toEqual({ done: true, value: undefined });
    await expect(request.text()).rejects.toThrow(TypeError);
  });

  test('is iterated by for await over the stream itself', async () => {
    expect(await read(streamOf(requestOf({ body: made('a', 'b') })))).toEqual(['a', 'b']);
  });

  test('is read by native readers, pipes and branches', async () => {
    const reader = streamOf(requestOf({ body: made('a') })).getReader();
    expect(await reader.read()).toEqual({ done: false, value: new Uint8Array([97]) });
    expect(await reader.read()).toEqual({ done: true, value: undefined });
    await reader.closed;
    const through = streamOf(requestOf({ body: made('a', 'b') })).pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>(),
    );
    expect(await new Response(through).text()).toBe('ab');
    const [one, two] = streamOf(requestOf({ body: made('a', 'b') })).tee();
    expect(await Promise.all([read(one), read(two)])).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(await new Response(streamOf(requestOf({ body: made('a', 'b') }))).text()).toBe('ab');
  });

  test('answers calls of next() in turn, however many wait', async () => {
    const chunks = streamOf(requestOf({ body: made('a', 'b') })).values();
    const steps = await Promise.all([chunks.next(), chunks.next(), chunks.next(), chunks.next()]);
    expect(steps.map(({ value }) => value?.[0])).toEqual([97, 98, undefined, undefined]);
    expect(steps.map(({ done }) => done)).toEqual([false, false, true, true]);
  });

  test('is cancelled by leaving its loop, once', async () => {
    const body = made('a', 'b');
    const stream = streamOf(requestOf({ body }));
    for await (const chunk of stream) {
      expect(chunk[0]).toBe(97);
      break;
    }
    expect(body.cancelled.length).toBe(1);
    expect(stream.locked).toBe(false);
    await stream.cancel();
    expect(body.cancelled.length).toBe(1);
  });

  test('goes on after a loop with preventCancel', async () => {
    const body = made('a', 'b', 'c');
    const stream = streamOf(requestOf({ body }));
    for await (const _chunk of stream.values({ preventCancel: true })) break;
    expect([body.cancelled.length, stream.locked]).toEqual([0, false]);
    expect(await read(stream)).toEqual(['b', 'c']);
  });

  test('ends its iterator at return(), after the reads that were asked for', async () => {
    const body = made('a', 'b');
    const chunks = streamOf(requestOf({ body })).values();
    const steps = await Promise.all([chunks.next(), chunks.return?.(undefined), chunks.next()]);
    expect(steps.map((step) => step?.done)).toEqual([false, true, true]);
    expect(body.cancelled).toEqual([undefined]);
  });

  test('is cancelled by cancelling the stream', async () => {
    const body = made('a');
    const request = requestOf({ body });
    await streamOf(request).cancel('enough');
    expect(body.cancelled).toEqual(['enough']);
    expect(request.bodyUsed).toBe(true);
    await expect(request.text()).rejects.toThrow(TypeError);
  });

  test('is held by whoever locks its stream', async () => {
    const request = requestOf({ body: made('a') });
    const reader = streamOf(request).getReader();
    expect(request.bodyUsed).toBe(false);
    await expect(request.text()).rejects.toThrow('a reader holds its stream');
    expect(() => streamOf(request).values()).toThrow(TypeError);
    reader.releaseLock();
    expect(await request.text()).toBe('a');
  });

  test('is used from the moment a native reader asks', async () => {
    const request = requestOf({ body: made('a', 'b') });
    const reader = streamOf(request).getReader();
    const first = reader.read();
    expect(request.bodyUsed).toBe(true);
    await first;
    reader.releaseLock();
    await expect(request.text()).rejects.toThrow(TypeError);
    expect(await read(streamOf(request))).toEqual(['b']);
  });
});

describe('no body', () => {
  test('reads as nothing, as often as wanted', async () => {
    const request = requestOf();
    expect(request.body).toBe(null);
    expect([await request.text(), await request.text()]).toEqual(['', '']);
    expect((await request.bytes()).length).toBe(0);
    expect((await request.arrayBuffer()).byteLength).toBe(0);
    expect((await request.blob()).size).toBe(0);
    await expect(request.json()).rejects.toThrow(SyntaxError);
    await expect(request.formData()).rejects.toThrow(TypeError);
    expect(request.bodyUsed).toBe(false);
  });
});

describe('a body that fails', () => {
  const failing = (): ScriptedBody =>
    new ScriptedBody(['a', new BodyError('SLUICE_FAULT_X', 400, 'bad chunk')], true);

  test('rejects every way of reading with the BodyError', async () => {
    for (const method of ['text', 'json', 'bytes', 'arrayBuffer', 'blob', 'formData'] as const) {
      await expect(requestOf({ body: failing() })[method]()).rejects.toMatchObject({
        name: 'BodyError',
        code: 'SLUICE_FAULT_X',
        status: 400,
      });
    }
    const body = failing();
    const stream = streamOf(requestOf({ body }));
    await expect(read(stream)).rejects.toThrow('bad chunk');
    expect(stream.locked).toBe(false);
    await expect(stream.getReader().read()).rejects.toThrow('bad chunk');
    expect(body.cancelled).toEqual([]);
    const native = streamOf(requestOf({ body: failing() })).getReader();
    await native.read();
    await expect(native.read()).rejects.toThrow('bad chunk');
    await expect(native.closed).rejects.toThrow('bad chunk');
  });

  test('fails a whole reading when the stream was looked at before', async () => {
    const request = requestOf({ body: failing() });
    const stream = streamOf(request);
    await expect(request.text()).rejects.toThrow('bad chunk');
    expect(stream.locked).toBe(true);
  });

  test('rejects the call that met it, and ends those behind it', async () => {
    const chunks = streamOf(requestOf({ body: new ScriptedBody([new Error('reset')]) })).values();
    const steps = await Promise.allSettled([chunks.next(), chunks.next(), chunks.return?.()]);
    expect(steps.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  });
});

test('what a body is read as shares no memory with its neighbours', async () => {
  const slab = new TextEncoder().encode('secret|mine|secret');
  const body = new ScriptedBody([slab.subarray(7, 11)]);
  body.complete = slab.subarray(7, 11);
  const bytes = await requestOf({ body }).bytes();
  expect(bytes.buffer.byteLength).toBe(4);
});

test('a chunk that a native reader asked for, and left, is for the next reader', async () => {
  const stream = streamOf(requestOf({ body: new ScriptedBody(['a', 'b']) }));
  const reader = stream.getReader();
  await new Promise((resolve) => setImmediate(resolve));
  const left = reader.read();
  reader.releaseLock();
  await expect(left).rejects.toThrow(TypeError);
  expect(await read(stream)).toEqual(['a', 'b']);
});

test('a chunk that arrives after the stream was cancelled is dropped', async () => {
  const body = new ScriptedBody(['a']);
  const stream = streamOf(requestOf({ body }));
  const reader = stream.getReader();
  await Promise.resolve();
  const late = reader.read();
  const cancelled = reader.cancel('enough');
  expect(await late).toEqual({ done: true, value: undefined });
  await cancelled;
  expect(body.cancelled).toEqual(['enough']);
});

test('the connection is not asked before somebody reads', async () => {
  const body = new ScriptedBody(['a']);
  const request = requestOf({ body });
  streamOf(request).getReader();
  await new Promise((resolve) => setImmediate(resolve));
  expect(body.reads).toBe(0);
});

describe('the stream of a body as a stream of bytes', () => {
  /** All that a reader with memory of its own gets, each time for `bytes`. */
  async function readInto(stream: ReadableStream<Uint8Array>, bytes: number): Promise<string[]> {
    const reader = stream.getReader({ mode: 'byob' });
    const parts: string[] = [];
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(bytes));
      if (done) {
        // Memory that was given comes back, at the end as well.
        expect(value?.byteLength).toBe(0);
        return parts;
      }
      parts.push(new TextDecoder().decode(value));
    }
  }

  test.each([true, false])('fills the memory of who reads it, be chunks there: %s', async (now) => {
    const body = (): ScriptedBody => new ScriptedBody(['abcde', 'f', 'gh'], now);
    expect((await readInto(streamOf(requestOf({ body: body() })), 2)).join('')).toBe('abcdefgh');
    expect(await readInto(streamOf(requestOf({ body: body() })), 5)).toEqual(['abcde', 'f', 'gh']);
    expect(await readInto(streamOf(requestOf({ body: body() })), 64)).toEqual(['abcde', 'f', 'gh']);
    expect(await readInto(streamOf(requestOf({ body: new ScriptedBody([], now) })), 64)).toEqual(
      [],
    );
  });

  test.each([true, false])('asks the connection for a chunk a time: %s', async (now) => {
    const body = new ScriptedBody(['abcd', 'e', 'f'], now);
    const reader = streamOf(requestOf({ body })).getReader({ mode: 'byob' });
    expect(body.reads).toBe(0);
    await reader.read(new Uint8Array(2));
    await reader.read(new Uint8Array(2));
    expect(body.reads).toBe(1);
    await reader.read(new Uint8Array(2));
    expect(body.reads).toBe(2);
  });

  test('gives no memory of the connection away', async () => {
    const slab = new TextEncoder().encode('secret|mine|secret');
    for (const mode of ['byob', undefined] as const) {
      const body = new ScriptedBody([slab.subarray(7, 11)]);
      const stream = streamOf(requestOf({ body }));
      const given =
        mode === 'byob'
          ? await stream.getReader({ mode }).read(new Uint8Array(4))
          : await stream.getReader().read();
      expect([given.value?.byteLength, given.value?.buffer.byteLength]).toEqual([4, 4]);
    }
    expect(new TextDecoder().decode(slab)).toBe('secret|mine|secret');
  });

  test('may change readers, and what was asked for and left is for the next', async () => {
    const stream = streamOf(requestOf({ body: new ScriptedBody(['abcd', 'ef']) }));
    const into = stream.getReader({ mode: 'byob' });
    expect(new TextDecoder().decode((await into.read(new Uint8Array(2))).value)).toBe('ab');
    into.releaseLock();
    expect(await read(stream)).toEqual(['cd', 'ef']);
    const left = streamOf(requestOf({ body: new ScriptedBody(['ab', 'cd']) }));
    const reader = left.getReader({ mode: 'byob' });
    const asked = reader.read(new Uint8Array(2));
    reader.releaseLock();
    await expect(asked).rejects.toThrow(TypeError);
    expect((await read(left)).join('')).toBe('abcd');
  });

  test('is cancelled once, and fails as the body does', async () => {
    const body = new ScriptedBody(['ab', 'cd']);
    const reader = streamOf(requestOf({ body })).getReader({ mode: 'byob' });
    await reader.read(new Uint8Array(1));
    await reader.cancel('enough');
    expect(body.cancelled).toEqual(['enough']);
    const failing = streamOf(requestOf({ body: new ScriptedBody(['a', new Error('bad chunk')]) }));
    const second = failing.getReader({ mode: 'byob' });
    await second.read(new Uint8Array(1));
    await expect(second.read(new Uint8Array(1))).rejects.toThrow('bad chunk');
  });

  test('counts as used, and is locked while it is read', async () => {
    const request = requestOf({ body: new ScriptedBody(['ab']) });
    const reader = streamOf(request).getReader({ mode: 'byob' });
    expect([request.bodyUsed, streamOf(request).locked]).toEqual([false, true]);
    await reader.read(new Uint8Array(1));
    expect(request.bodyUsed).toBe(true);
  });

  test('is teed, piped and wrapped as any', async () => {
    const [one, two] = streamOf(requestOf({ body: new ScriptedBody(['ab', 'cd']) })).tee();
    expect(await Promise.all([read(one), read(two)])).toEqual([
      ['ab', 'cd'],
      ['ab', 'cd'],
    ]);
    const piped = streamOf(requestOf({ body: new ScriptedBody(['ab', 'cd']) }));
    expect(await new Response(piped.pipeThrough(new TransformStream())).text()).toBe('abcd');
    const copy = requestOf({ body: new ScriptedBody(['ab', 'cd']) }).clone();
    expect(await readInto(copy.body as ReadableStream<Uint8Array>, 8)).toEqual(['ab', 'cd']);
  });
});
