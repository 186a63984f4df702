// The options of `createServer` of node:http, as sluice keeps them.

import { getDefaultHighWaterMark } from 'node:stream';
import { invalid, objectAt } from '../../options/checks.js';
import { checkHostOptions } from '../../server.js';
import type { ServerOptions } from '../../server-options.js';

/** What sluice adds to node's options: everything that `createServer` of `sluice` takes, but `fetch`. */
export type SluiceOptions = Omit<ServerOptions, 'fetch'>;

/** What servers get that say nothing themselves: set by `sluice/register`. */
let defaults: SluiceOptions = {};

export function setDefaults(options: SluiceOptions): void {
  defaults = options;
}

/**
 * @param path the place of the options, which the error names
 * @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'`
 */
export function checkSluiceOptions(path: string, given: unknown): SluiceOptions {
  const options = objectAt(
    path,
    given,
    'an object with options of createServer of sluice, but fetch',
  );
  if ('fetch' in options)
    throw invalid(TypeError, `${path}.fetch`, options.fetch, 'none: a listener answers requests');
  try {
    checkHostOptions(options);
  } catch (error) {
    // Boundary: what the checker throws is an Error.
    const { message } = error as Error;
    (error as Error).message = `${path}.${message}`;
    throw error;
  }
  return options as SluiceOptions;
}

export interface NodeSettings {
  readonly IncomingMessage: unknown;
  readonly ServerResponse: unknown;
  readonly highWaterMark: number;
  readonly rejectNonStandardBodyWrites: boolean;
  readonly joinDuplicateHeaders: boolean;
  readonly sluice: SluiceOptions;
}

export function nodeSettingsFrom(options: Record<string, unknown>): NodeSettings {
  return {
    IncomingMessage: options.IncomingMessage,
    ServerResponse: options.ServerResponse,
    highWaterMark: (options.highWaterMark as number | undefined) ?? getDefaultHighWaterMark(false),
    rejectNonStandardBodyWrites: options.rejectNonStandardBodyWrites === true,
    joinDuplicateHeaders: options.joinDuplicateHeaders === true,
    sluice: {
      ...defaults,
      ...(options.sluice === undefined ? {} : checkSluiceOptions('sluice', options.sluice)),
    },
  };
}
