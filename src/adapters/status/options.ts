// The options of `statusPage`, and the errors for wrong ones.

import {
  entriesOf,
  invalid,
  namesOf,
  objectAt,
  refuseOthers,
  stringAt,
  wholeNumberAt,
} from '../../options/checks.js';
import { STATUS_OTHER_NAMES } from '../../options/other-names.js';

/** What can be looked at: a server of `createServer` of `sluice`, or of `sluice/node`. */
export interface WatchedServer {
  close(...values: never[]): unknown;
}

/** The options of {@link statusPage}. */
export interface StatusOptions {
  /** The server that is looked at: made by `createServer` of `sluice`, or of `sluice/node`. */
  readonly server: WatchedServer;
  /** What the page is called. Default `'sluice'`. */
  readonly title?: string;
  /** How many event streams may be open at once. Default 8. */
  readonly streamsMax?: number;
  /**
   * Host names under which the page is asked for, beside `localhost` and IP addresses. A request for another name gets
   * a 421. Otherwise a page from anywhere could read this one in a browser, once its own name leads to this address.
   * Default: none.
   */
  readonly hosts?: readonly string[];
}

export interface StatusSettings {
  readonly server: WatchedServer;
  readonly title: string;
  readonly streamsMax: number;
  /** In lower case. */
  readonly hosts: ReadonlySet<string>;
}

/** The names of the options. A missing name does not compile. */
export const STATUS_NAMES: readonly string[] = namesOf<StatusOptions>({
  server: true,
  title: true,
  streamsMax: true,
  hosts: true,
});

const STREAMS_MAX = 8;
const HOST_FITS = 'a host name without a port, such as status.example.net';

/** @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'` */
export function settingsFrom(given: unknown): StatusSettings {
  const options = objectAt('statusPage()', given, 'an object with at least server');
  refuseOthers('', options, STATUS_NAMES, STATUS_OTHER_NAMES);
  const { title, streamsMax, hosts } = options;
  return {
    // A boundary: whoever watches it knows whether it is one.
    server: objectAt(
      'server',
      options.server,
      'what createServer() gave',
    ) as unknown as WatchedServer,
    title: title === undefined ? 'sluice' : stringAt('title', title),
    streamsMax:
      streamsMax === undefined
        ? STREAMS_MAX
        : wholeNumberAt('streamsMax', streamsMax, { least: 1, most: 10_000 }),
    hosts: new Set(hosts === undefined ? [] : hostsAt(hosts)),
  };
}

/** Whether `hosts` takes it. */
export function isHostName(name: string): boolean {
  return /^[\w.-]+$/.test(name);
}

function hostsAt(value: unknown): string[] {
  if (!Array.isArray(value)) throw invalid(TypeError, 'hosts', value, 'an array of host names');
  return entriesOf(value).map((host, i) => {
    const name = stringAt(`hosts[${i}]`, host, HOST_FITS);
    if (!isHostName(name)) throw invalid(RangeError, `hosts[${i}]`, host, HOST_FITS);
    return name.toLowerCase();
  });
}
