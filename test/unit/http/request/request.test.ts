import { inspect } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { SluiceRequest } from '../../../../src/http/request/request.js';
import { completeBody, requestOf, ScriptedBody } from '../../../support/request-of.js';

describe('a request', () => {
  test('is a Request and is shown as one', () => {
    const request = requestOf({ fields: 'A: 1\r\n' });
    expect(request).toBeInstanceOf(Request);
    expect(Object.prototype.toString.call(request)).toBe('[object Request]');
    expect(inspect(request)).toContain(
      "Request {\n  method: 'POST',\n  url: 'http://sluice.example",
    );
  });

  test('answers every member of Request.prototype, as a native one does', async () => {
    const native = new Request('http://sluice.example/a?b=c', { method: 'POST', body: 'x' });
    for (const name of Object.getOwnPropertyNames(Request.prototype)) {
      const request = requestOf({ body: completeBody('{"x":1}') });
      const value: unknown = Reflect.get(request, name, request);
      const expected: unknown = Reflect.get(native, name, native);
      expect(typeof value, name).toBe(typeof expected);
      if (name === 'constructor') continue;
      if (typeof value === 'object' || typeof value === 'function') {
        expect(Object.hasOwn(SluiceRequest.prototype, name), name).toBe(true);
      } else expect(value, name).toEqual(expected);
      if (typeof value !== 'function') continue;
      const result: unknown = Reflect.apply(value, request, []);
      // formData of a body that is no form rejects, natively too.
      if (name === 'formData') await expect(result).rejects.toThrow(TypeError);
      else await result;
    }
  });

  test('has the members of the message', () => {
    const signal = AbortSignal.abort();
    const request = requestOf({ method: 'query', fields: 'A: 1\r\n', signal: () => signal });
    expect(request.method).toBe('query');
    expect(request.url).toBe('http://sluice.example/a?b=c');
    expect(request.headers.get('a')).toBe('1');
    expect(request.headers).toBe(request.headers);
    expect(request.signal).toBe(signal);
  });

  test('serves as the init of a native Request', async () => {
    const request = requestOf({ fields: 'A: 1\r\n', body: new ScriptedBody(['x', 'y']) });
    const native = new Request('http://b/', request);
    expect(native.method).toBe('POST');
    expect(native.headers.get('a')).toBe('1');
    expect(await native.text()).toBe('xy');
  });
});

describe('what a handler does not look at', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test('is not constructed: no Request, Headers, AbortController or stream', async () => {
    const constructed: string[] = [];
    for (const name of ['Request', 'Headers', 'Response', 'AbortController', 'ReadableStream']) {
      const native = Reflect.get(globalThis, name) as new (...all: unknown[]) => object;
      const counting = new Proxy(native, {
        construct(target, all, newTarget) {
          constructed.push(name);
          return Reflect.construct(target, all, newTarget) as object;
        },
      });
      vi.stubGlobal(name, counting);
    }
    const request = requestOf({ fields: 'A: 1\r\n', body: new ScriptedBody(['x']), signal: fail });
    expect(request.method + request.url + request.headers.get('a')).toContain('POST');
    expect(request.bodyUsed).toBe(false);
    expect([...request.headers].length).toBe(2);
    expect(await request.text()).toBe('x');
    expect(constructed).toEqual([]);
    void request.body;
    expect(constructed).toEqual(['ReadableStream']);
  });

  function fail(): never {
    throw new Error('the signal was asked for');
  }
});

describe('clone', () => {
  test('gives a native Request with the same message', async () => {
    const request = requestOf({ fields: 'A: 1\r\n', body: completeBody('x', 'y') });
    const clone = request.clone();
    expect(clone).not.toBeInstanceOf(SluiceRequest);
    expect([clone.method, clone.url]).toEqual(['POST', 'http://sluice.example/a?b=c']);
    expect([...clone.headers]).toEqual([...request.headers]);
    expect(await clone.text()).toBe('xy');
    expect(request.bodyUsed).toBe(false);
    expect(await request.text()).toBe('xy');
    expect(await new Request(requestOf({ body: completeBody('z') }).clone()).text()).toBe('z');
  });

  test('shares a body that is still coming', async () => {
    const request = requestOf({ body: new ScriptedBody(['x', 'y']) });
    const first = request.clone();
    const second = request.clone();
    const texts = await Promise.all([request.text(), first.text(), second.text()]);
    expect(texts).toEqual(['xy', 'xy', 'xy']);
  });

  test('passes a failing body on to both', async () => {
    const request = requestOf({ body: new ScriptedBody(['x', new Error('reset')]) });
    const clone = request.clone();
    await Promise.all([
      expect(clone.text()).rejects.toThrow('reset'),
      expect(request.text()).rejects.toThrow('reset'),
    ]);
  });

  test('cancels the connection’s body once both have given it up', async () => {
    const body = new ScriptedBody(['x', 'y']);
    const request = requestOf({ body });
    const clone = request.clone();
    const ours = request.body?.cancel('ours');
    expect(body.cancelled).toEqual([]);
    await Promise.all([ours, clone.body?.cancel('theirs')]);
    expect(body.cancelled).toEqual([['ours', 'theirs']]);
  });

  test('follows the signal', () => {
    const controller = new AbortController();
    const clone = requestOf({ signal: () => controller.signal }).clone();
    controller.abort();
    expect(clone.signal.aborted).toBe(true);
  });

  test.each(['TRACE', 'CONNECT'])('throws for %s', (method) => {
    const target = method === 'CONNECT' ? 'a:1' : '/';
    expect(() => requestOf({ method, target }).clone()).toThrow(`the method ${method}`);
  });

  test.each(['GET', 'HEAD'])(
    'throws for a %s with content, and leaves that readable',
    async (method) => {
      const request = requestOf({ method, body: completeBody('x') });
      expect(() => request.clone()).toThrow(`no ${method} with content`);
      expect(await request.text()).toBe('x');
      expect(requestOf({ method }).clone().method).toBe(method);
    },
  );

  test('throws once the body was read or while a reader holds it', async () => {
    const read = requestOf({ body: completeBody('x') });
    await read.text();
    expect(() => read.clone()).toThrow(TypeError);
    const held = requestOf({ body: completeBody('x') });
    held.body?.getReader();
    expect(() => held.clone()).toThrow('a reader holds its stream');
  });
});

describe('textStream()', () => {
  const texts = async (stream: ReadableStream<string>): Promise<string> => {
    let text = '';
    for await (const piece of stream) text += piece;
    return text;
  };

  test('gives the content as text, however it was cut', async () => {
    const bytes = new TextEncoder().encode('\ufeffgrüße');
    const pieces = [...bytes].map((byte) => Uint8Array.of(byte));
    const request = requestOf({ body: new ScriptedBody(pieces) });
    const stream = request.textStream();
    expect(request.bodyUsed).toBe(true);
    expect(await texts(stream)).toBe('grüße');
    expect(() => request.textStream()).toThrow('read already');
    expect(await texts(requestOf({ body: completeBody('a', 'b') }).textStream())).toBe('ab');
    expect(await texts(requestOf().textStream())).toBe('');
  });
});

describe('what reads a native Request’s own state', () => {
  const keepsItBehindASymbol = Object.getOwnPropertySymbols(new Request('http://a/')).some(
    ({ description }) => description === 'state',
  );

  test('is told of request.clone(), where this Node lets it be told', async () => {
    // From 26.12 on, Node takes what isn't its own for the text of a URL.
    const message = keepsItBehindASymbol
      ? 'give them request.clone()'
      : /#?state|\[object Request\]/;
    expect(() => new Request(requestOf())).toThrow(message);
    await expect(fetch(requestOf())).rejects.toThrow(message);
    expect(new Request(requestOf().clone()).url).toBe('http://sluice.example/a?b=c');
  });
});
