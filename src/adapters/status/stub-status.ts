// nginx's `stub_status`, to the blank at the end of its lines, for those who have something that reads it.

import type { Snapshot } from './snapshot.js';

/**
 * nginx's three kinds of connections add up to the active ones. So `Writing` has all that is neither between
 * requests nor within a head: content that is read, requests that wait, handlers that run, tunnels, and closing.
 */
export function stubStatus({ connections, requests }: Snapshot): string {
  const { open, accepted, refused, byPhase } = connections;
  const reading = byPhase['reading-headers'];
  const waiting = byPhase['keep-alive'];
  return [
    `Active connections: ${open} `,
    'server accepts handled requests',
    ` ${accepted + refused} ${accepted} ${requests.total} `,
    `Reading: ${reading} Writing: ${open - reading - waiting} Waiting: ${waiting} `,
    '',
  ].join('\n');
}
