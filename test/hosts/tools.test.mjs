import autocannon from 'autocannon';
import { expect } from 'vitest';
import { BOTH, hostTests, json } from './hosts.mjs';

hostTests("OpenTelemetry's instrumentation-http", 'otel', BOTH, {
  'makes a span of each request': async ({ ask, port }) => {
    await ask('/spans');
    await ask('/fails', { headers: { 'User-Agent': 'a test' } });
    await ask('/a?b', { method: 'POST', body: 'content' });
    const [, failed, posted, ...rest] = JSON.parse((await ask('/spans')).text);
    expect(rest).toEqual([]);
    expect(failed).toMatchObject({ kind: 1, status: { code: 2 } });
    expect(JSON.stringify(posted.attributes)).toContain('POST');
    const portless = (span) => JSON.parse(JSON.stringify(span).replaceAll(String(port), '0'));
    return [failed, posted].map((span) => {
      const { attributes, ...others } = portless(span);
      delete attributes['net.peer.port'];
      delete attributes['network.peer.port'];
      delete attributes['client.port'];
      return { attributes, ...others };
    });
  },
});

hostTests('pino-http 11', 'pino', BOTH, {
  'logs requests and responses': async ({ ask }) => {
    await ask('/log');
    const answers = [await ask('/a?b'), await ask('/fails')];
    const lines = JSON.parse((await ask('/log')).text).map((line) => {
      const { time: _, pid: __, hostname: ___, responseTime, req, ...entry } = JSON.parse(line);
      const { remotePort, headers: ____, ...request } = req;
      return { ...entry, timed: responseTime >= 0, ported: remotePort > 0, request };
    });
    expect(lines.map(({ msg }) => msg)).toContain('request completed');
    for (const { res } of lines) if (res) delete res.headers.date;
    return [answers, lines.map(({ err: _, ...line }) => line)];
  },
});

hostTests('GraphQL Yoga 5', 'yoga', BOTH, {
  'answers queries and mutations': async ({ ask }) => {
    const query = await ask('/graphql', json({ query: '{ hello(name: "Yoga") }' }));
    expect(JSON.parse(query.text)).toEqual({ data: { hello: 'Hello Yoga' } });
    const mutation = await ask('/graphql', json({ query: 'mutation { twice(text: "ab") }' }));
    expect(JSON.parse(mutation.text)).toEqual({ data: { twice: 'abab' } });
    const refused = await ask('/graphql', json({ query: '{ none }' }));
    return [query, mutation, refused];
  },

  'sends the events of a subscription': async ({ ask }) => {
    const { headers, ...rest } = json({ query: 'subscription { count(to: 3) }' });
    const answer = await ask('/graphql', {
      ...rest,
      headers: { ...headers, Accept: 'text/event-stream' },
    });
    expect(answer.text.match(/"count":\d/g)).toEqual(['"count":0', '"count":1', '"count":2']);
    return answer.headers['content-type'];
  },
});

hostTests('supertest 7', 'supertest', BOTH, {
  'tests an app': async ({ ask }) => {
    const answer = await ask('/');
    expect(answer).toMatchObject({
      status: 200,
      text: '[{"hello":"supertest"},{"a":1},[200,404]]',
    });
    return answer;
  },
});

hostTests('autocannon 9 as the client', 'connect', BOTH, {
  'gets an answer to each request, pipelined too': async ({ port }) => {
    const found = [];
    for (const pipelining of [1, 4]) {
      const result = await autocannon({
        url: `http://127.0.0.1:${port}/sub/`,
        amount: 400,
        connections: 4,
        pipelining,
      });
      // With pipelining it counts fewer answers than it gets, from every server.
      const { '2xx': answered, non2xx, errors, timeouts, mismatches } = result;
      expect(answered).toBeGreaterThan(350);
      found.push({ non2xx, errors, timeouts, mismatches });
      expect(found.at(-1)).toEqual({ non2xx: 0, errors: 0, timeouts: 0, mismatches: 0 });
    }
    return found;
  },
});

hostTests('stoppable 1 and http-terminator 3', 'stopping', BOTH, {
  'stop a server, and let a request in progress end': async ({ ask }) => {
    const found = [];
    for (const name of ['stoppable', 'http-terminator']) {
      const answer = await ask(`/${name}`);
      expect(answer.status, answer.text).toBe(200);
      found.push(JSON.parse(answer.text));
    }
    const expected = { slow: 'slow, but whole', over: true, refused: 'ECONNREFUSED' };
    for (const one of found) expect(one).toMatchObject(expected);
    return found;
  },
});
