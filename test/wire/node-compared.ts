// One exchange on node:http and on `sluice/node`, and what each shows.

import type http from 'node:http';
import { expect } from 'vitest';
import { both, type Make, serving } from '../support/node-pair.js';
import { TextClient } from '../support/text-client.js';

export type Note = (...values: unknown[]) => void;

export type Listener = (req: http.IncomingMessage, res: http.ServerResponse, note: Note) => void;

export const LAST = 'Connection: close\r\n';

/** Both servers, one client: what was noted, what the client got but for the time, and how it ended. */
export async function same(
  listener: Listener,
  talk: (client: TextClient, server: http.Server) => Promise<void> | void,
  prepare: (server: http.Server, note: Note) => void = () => undefined,
): Promise<{ notes: unknown[]; text: string }> {
  const run = async (make: Make) => {
    const notes: unknown[] = [];
    const note: Note = (...values) => void notes.push(values);
    const server = make({}, (req, res) => listener(req, res, note));
    prepare(server, note);
    return serving(server, async (port) => {
      const client = new TextClient(port);
      await talk(client, server);
      const ended = await client.ended;
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      return { notes, text: client.text.replace(/Date: [^\r]*\r\n/g, ''), ended };
    });
  };
  const [node, sluice] = await both(run);
  expect(sluice).toEqual(node);
  return sluice;
}
