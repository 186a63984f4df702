// Who is told of a drain at its beginning.

import { expect, test } from 'vitest';
import { sendsEvents, tellDrain } from '../../../../src/conn/handler/long-work.js';
import { reply } from '../../../../src/http/reply/reply.js';
import { ticketState } from '../../../../src/limiter/ticket.js';

test.each([
  ['an event stream', ticketState.admitted, 'stream', false, ['drain']],
  ['a tunnel', ticketState.idle, 'tunnel', false, ['drain']],
  ['one that is parked', ticketState.parked, '', false, ['drain']],
  ['one that waits on purpose', ticketState.waiting, '', false, ['drain']],
  ['one that waits for content', ticketState.waiting, '', true, []],
  ['one that runs', ticketState.admitted, '', false, []],
])('%s', (_who, state, what, awaited, told) => {
  const heard: string[] = [];
  const abort = (reason: string): void => void heard.push(reason);
  const tunnel = what === 'tunnel' ? {} : undefined;
  tellDrain({ state, sendsEvents: what === 'stream', tunnel, body: { awaited }, abort });
  expect(heard).toEqual(told);
});

test('an event stream is known by its type', () => {
  const stream = (type: string) =>
    reply(new ReadableStream(), { headers: { 'Content-Type': type } });
  expect(sendsEvents(stream('text/event-stream'))).toBe(true);
  expect(sendsEvents(stream('Text/Event-Stream; charset=utf-8'))).toBe(true);
  expect(sendsEvents(stream('text/event-streams'))).toBe(false);
  expect(sendsEvents(reply('x', { headers: { 'Content-Type': 'text/event-stream' } }))).toBe(false);
});
