// The most that the server of a scenario may hold for its connections, by its own limits.

import type { Message } from './planned-request.js';
import type { Scenario } from './simulated-run.js';

export function heldBytesBound(
  { options, visits }: Pick<Scenario, 'options' | 'visits'>,
  messages: readonly Message[],
): number {
  const { limits = {} } = options;
  const reading =
    (limits.readAheadBytesMax ?? 65_536) + 65_536 + (limits.headBytesMax ?? 16_384) + 65_536;
  const plans = messages.map(({ plan }) => plan);
  const largest = plans.flatMap(({ size, stream }) => [size, ...(stream?.pieceBytes ?? [])]);
  // A tunnel's owner may write without waiting.
  for (const { tunnel } of plans)
    if (tunnel !== undefined) largest.push(tunnel.writeBytes * tunnel.acts.length + 10_000);
  // The backlog, the content that went beyond it, the part of a write that has left while the rest
  // has not, and a few heads and chunk lines.
  const writing = 65_536 + Math.max(0, ...largest) + 65_536 + 4096;
  return visits.length * (reading + writing);
}
