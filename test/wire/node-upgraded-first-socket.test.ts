// The socket that 'connection' gave, after the upgrade of its connection: to node:http it is the upgraded one. Those who
// end servers keep it, such as stoppable and http-graceful-shutdown.

import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { serving } from '../support/node-pair.js';
import { AGREES, ASKS, same, talk, upgrading } from './node-upgrade-pair.js';

type Note = (...values: unknown[]) => void;

interface Given {
  /** What 'connection' gave. */
  readonly first: Socket;
  readonly upgraded: Socket;
  readonly note: Note;
}

const EVENTS = ['close', 'end', 'error', 'timeout'];

/** What both sockets tell, and what the client gets behind the agreement. */
async function told(
  use: (given: Given) => void,
  before: (first: Socket, note: Note) => void = () => undefined,
): Promise<[unknown[], string]> {
  return same(async (make) => {
    const notes: unknown[] = [];
    const note: Note = (...values) => void notes.push(values);
    let first: Socket;
    let closed: Promise<unknown> | undefined;
    const server = upgrading(make, (_req, socket) => {
      closed = new Promise((resolve) => socket.once('close', resolve));
      // The error is listened to at the first socket alone.
      for (const name of ['close', 'end']) socket.on(name, () => note('upgraded', name));
      socket.write(AGREES, () => use({ first, upgraded: socket as Socket, note }));
      socket.resume();
    });
    server.on('connection', (socket: Socket) => {
      first = socket;
      before(socket, note);
      for (const name of EVENTS)
        socket.on(name, function (this: unknown) {
          note('first', name, this === first);
        });
    });
    const text = await serving(server, (port) =>
      talk(port, async ({ socket }) => socket.write(ASKS)),
    );
    await closed;
    return [notes, text.slice(AGREES.length)];
  });
}

describe('the first socket of an upgraded connection', () => {
  it('ends it', async () => {
    const [notes] = await told(({ first }) => first.end());
    expect(notes).toContainEqual(['upgraded', 'close']);
  });

  it('writes to it, and is given back', async () => {
    const [notes, text] = await told(({ first, note }) => {
      note(first.write('written '), first.end('ended') === first);
    });
    expect([notes[0], text]).toEqual([[true, true], 'written ended']);
  });

  it('destroys it', async () => {
    const [notes] = await told(({ first, upgraded, note }) => {
      note(first.destroy() === first, first.destroyed, upgraded.destroyed);
    });
    expect(notes[0]).toEqual([true, true, true]);
  });

  it('hears of its error, of which nobody else hears', async () => {
    const [notes] = await told(({ first }) => first.destroy(new Error('mine')));
    expect(notes).toContainEqual(['first', 'error', true]);
  });

  it('says how it is', async () => {
    const [notes] = await told(({ first, upgraded, note }) => {
      upgraded.end();
      const { writable, writableEnded, readable, destroyed, bytesWritten, readyState } = first;
      note(writable, writableEnded, readable, destroyed, bytesWritten, readyState);
    });
    expect(notes[0]).toEqual([false, true, true, false, AGREES.length, 'readOnly']);
  });

  it('has its listeners there, which can be removed', async () => {
    const [notes] = await told(
      ({ first, upgraded, note }) => {
        const listened = first.listeners('close').length;
        note(listened === upgraded.listeners('close').length, first.listenerCount('drain'));
        for (const listener of first.listeners('drain'))
          first.removeListener('drain', listener as () => void);
        upgraded.emit('drain');
        upgraded.emit('other');
        upgraded.emit('other');
        note(first.listenerCount('drain'), first.listenerCount('other'));
        first.destroy();
      },
      (first, note) => {
        first.on('drain', () => note('drain'));
        first.once('other', () => note('other'));
      },
    );
    expect(notes.slice(0, 3)).toEqual([[true, 1], ['other'], [0, 0]]);
  });

  it('tells a timeout that is set at either of them', async () => {
    const [notes] = await told(({ first, upgraded }) => {
      first.setTimeout(1, () => first.destroy());
      upgraded.setTimeout(2);
    });
    expect(notes).toContainEqual(['first', 'timeout', true]);
  });
});
