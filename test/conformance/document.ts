// Reads the documents of the corpus. A document is Markdown: a title, an introduction, and cases.
// A case is a second-level heading, a list that says where its rule stands, perhaps a sentence, and
// blocks: `bytes` (several, where the client waits between them), `events`, perhaps `server`.

import { readdirSync, readFileSync } from 'node:fs';
import { LIMIT_NAMES, type Limits } from '../../src/fsm/limits.js';
import { bytesOfBlock } from './bytes.js';
import { type ServerClaim, serverClaimOf } from './server-claim.js';

export interface Case {
  /** The document, without its ending: `field-lines`. */
  readonly document: string;
  /** A sentence. */
  readonly title: string;
  /** `RFC 9112 §5.1`, at least one. */
  readonly sections: readonly string[];
  /** Requirements of `requirements.json` that it shows to be kept. */
  readonly covers: readonly string[];
  readonly limits: Partial<Limits>;
  /** What the client sends; between parts it waits until all is quiet. */
  readonly parts: readonly Uint8Array[];
  /** The client then sends FIN. To the parser, the bytes always end so. */
  readonly fin: boolean;
  /** What the parser tells, see `event-log.ts`. */
  readonly events: readonly string[];
  /** What the server answers, where the case says more of it than the events imply. */
  readonly server: ServerClaim | undefined;
}

interface Block {
  /** The words behind the fence. */
  readonly info: readonly string[];
  readonly lines: readonly string[];
}

const FOLDER = new URL('./', import.meta.url);

/** Every case of every document but the README. */
export function readCorpus(): Case[] {
  return documentNames().flatMap((name) =>
    casesOf(name, readFileSync(new URL(`${name}.md`, FOLDER), 'utf8')),
  );
}

export function documentNames(): string[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.md') && name !== 'README.md');
  return files.map((name) => name.slice(0, -'.md'.length)).sort();
}

/** The cases of one document. What is not in order throws, with the case's name. */
export function casesOf(document: string, text: string): Case[] {
  const [, ...cases] = text.split(/^## /m);
  return cases.map((section) => {
    const end = section.indexOf('\n');
    const title = section.slice(0, end).trim();
    try {
      return caseOf(document, title, section.slice(end + 1));
    } catch (error) {
      throw new Error(`${document}.md, "${title}": ${(error as Error).message}`);
    }
  });
}

function caseOf(document: string, title: string, text: string): Case {
  const items = [...text.matchAll(/^- (.*)$/gm)].map(([, item = '']) => item);
  const blocks = blocksOf(text);
  const sections = items.filter((item) => item.startsWith('RFC ')).flatMap((item) => listOf(item));
  if (sections.length === 0) throw new Error('names no section of an RFC');
  const sent = blocks.filter(({ info }) => info[0] === 'bytes');
  const [events, ...moreEvents] = blocks.filter(({ info }) => info[0] === 'events');
  const [server, ...moreServers] = blocks.filter(({ info }) => info[0] === 'server');
  if (sent.length === 0 || events === undefined || moreEvents.length + moreServers.length > 0)
    throw new Error('needs bytes, one events block, and at most one server block');
  return {
    document,
    title,
    sections,
    covers: valuesOf(items, 'covers: '),
    limits: Object.assign({}, ...sent.map(({ info }) => limitsOf(info))),
    parts: sent.map(({ lines }) => bytesOfBlock(lines)),
    fin: sent.at(-1)?.info.at(-1) === 'fin',
    events: events.lines,
    server: server && serverClaimOf(server.lines),
  };
}

function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(.+)\n([\s\S]*?)^```$/gm)].map(([, info = '', body = '']) => ({
    info: info.trim().split(' '),
    lines: body.split('\n').slice(0, -1),
  }));
}

function valuesOf(items: readonly string[], key: string): string[] {
  return items
    .filter((item) => item.startsWith(key))
    .flatMap((item) => listOf(item.slice(key.length)));
}

function listOf(item: string): string[] {
  return item.split(', ').map((member) => member.trim());
}

/** `headBytesMax=64` */
function limitsOf(info: readonly string[]): Partial<Limits> {
  const words = info.slice(1).filter((word) => word !== 'fin');
  return Object.fromEntries(
    words.map((word) => {
      const [name = '', value = ''] = word.split('=');
      if (!(LIMIT_NAMES as readonly string[]).includes(name) || !/^\d+$/.test(value))
        throw new Error(`no limit: ${word}`);
      return [name, Number(value)];
    }),
  );
}
