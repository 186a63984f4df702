import { expect } from 'vitest';
import { BOTH, hostTests, json, multipart, readUntil } from './hosts.mjs';

hostTests('Fastify 5', 'fastify', BOTH, {
  'answers JSON': async ({ ask }) => {
    const answer = await ask('/');
    expect(answer.text).toBe('{"hello":"Fastify"}');
    return [answer, await ask('/', { method: 'HEAD' }), await ask('/request?a=1')];
  },

  'validates JSON, and answers what it does not take': async ({ ask }) => {
    const answer = await ask('/json', json({ name: 'ü' }));
    expect(JSON.parse(answer.text)).toEqual({ name: 'ü' });
    const refused = await ask('/json', json({ other: 1 }));
    expect(refused.status).toBe(400);
    const large = await ask('/json', json({ name: 'x'.repeat(3000) }));
    expect(large.status).toBe(413);
    const unknown = await ask('/json', {
      method: 'POST',
      headers: { 'Content-Type': 'a/b' },
      body: 'x',
    });
    expect(unknown.status).toBe(415);
    return [answer, refused, large, unknown, await ask('/')];
  },

  'reads a long body, by length and by chunks': async ({ ask }) => {
    const body = 'abcdefgh'.repeat(131_072);
    const headers = { 'Content-Type': 'text/plain' };
    const known = await ask('/text', { method: 'POST', headers, body });
    expect(known.text).toBe(body);
    const chunked = await ask('/text', {
      method: 'POST',
      headers: { ...headers, 'Transfer-Encoding': 'chunked' },
      body,
    });
    expect(chunked.text.length).toBe(body.length);
    return [known.lines, chunked.lines];
  },

  'takes files by @fastify/multipart': async ({ ask }) => {
    const form = multipart([
      { name: 'title', text: 'a title' },
      { name: 'one', filename: 'one.txt', type: 'text/plain', text: 'x'.repeat(100_000) },
    ]);
    const answer = await ask('/upload', form);
    expect(JSON.parse(answer.text)).toEqual([
      ['title', 'a title'],
      ['one', 'one.txt', 100_000],
    ]);
    return answer;
  },

  'serves files by @fastify/static': async ({ ask }) => {
    const whole = await ask('/static/text.txt');
    const answers = [whole];
    const more = [
      [{ Range: 'bytes=10-29' }, 206],
      [{ Range: 'bytes=900000-' }, 416],
      [{ 'If-None-Match': whole.headers.etag }, 304],
    ];
    for (const [headers, status] of more) {
      const answer = await ask('/static/text.txt', { headers });
      expect(answer.status).toBe(status);
      answers.push(answer, await ask('/static/text.txt', { method: 'HEAD', headers }));
    }
    return answers;
  },

  'streams, hijacks, and sends trailers': async ({ ask }) => {
    const raw = await ask('/hijacked');
    expect(raw.text).toBe('raw answer');
    const trailers = await ask('/trailers');
    expect(trailers.trailers).toEqual({ 'x-sum': '7' });
    return [raw, trailers, await ask('/stream')];
  },

  'sends events until the client leaves': async ({ ask, port }) => {
    const { text, ...answer } = await readUntil(port, '/events', 'id: 3');
    expect(text).toMatch(/^id: 0\n\nid: 1\n/);
    let seen = [];
    for (let i = 0; i < 500 && seen.length === 0; i++) seen = JSON.parse((await ask('/seen')).text);
    expect(seen).toEqual(['close']);
    return answer;
  },

  'passes requests on by @fastify/reply-from': async ({ ask }) => {
    const answer = await ask('/from/static/text.txt');
    expect(answer.text).toMatch(/^line 0 of/);
    const posted = await ask('/from/json', json({ name: 'passed' }));
    expect(posted.text).toBe('{"name":"passed"}');
    return [answer, posted, await ask('/from/none')];
  },

  'answers errors, and what it does not know': async ({ ask }) => {
    const failed = await ask('/fails');
    expect(failed.status).toBe(500);
    const none = await ask('/none');
    expect(none.status).toBe(404);
    return [failed, none];
  },

  'tells its state by @fastify/under-pressure': async ({ ask }) => {
    const answer = await ask('/alive');
    expect(answer.status).toBe(200);
    return answer;
  },

  'answers what is injected without a connection': async ({ ask }) => {
    const answer = await ask('/injected');
    expect(answer.text).toBe('{"hello":"Fastify"}');
    return answer;
  },
});
