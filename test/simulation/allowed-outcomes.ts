// What may become of a request, from what was planned and what may go wrong.

import type { Client } from './client.js';
import { streamPieces } from './handler.js';
import type { StreamPlan } from './handler-plan.js';
import { filled, type Message } from './planned-request.js';
import type { Scenario, SimulatedRun } from './simulated-run.js';

/** The content that the planned reply has, for a method other than HEAD. */
export function expectedContent({ id, plan, content, hasContent }: Message): Uint8Array {
  if ([204, 205, 304].includes(plan.status)) return new Uint8Array(0);
  switch (plan.reply) {
    case 'text':
    case 'bytes':
    case 'native':
      return Buffer.from(filled(id, plan.size));
    case 'stream':
      return streamedContent(id, plan.stream);
    case 'echo':
      return hasContent ? content : new Uint8Array(0);
    default:
      return new Uint8Array(0);
  }
}

/** What the client may get of it: of content that is too long, as much as was promised. */
function streamedContent(id: string, stream: StreamPlan | undefined): Uint8Array {
  if (stream === undefined) return new Uint8Array(0);
  const whole = Buffer.concat(streamPieces(id, stream));
  return stream.failure === 'long' ? whole.subarray(0, Math.max(0, whole.length - 1)) : whole;
}

/** Whether the reply cannot, or may not, be finished. */
export function mayBeCut(message: Message): 'never' | 'perhaps' | 'always' {
  const { plan, method, versionMinor, takesTrailers, mistake } = message;
  // The one that does not end its way is given up by the other.
  if (plan.reply === 'tunnel') return 'perhaps';
  // What is not sent can't fail.
  if (method === 'HEAD' || [204, 205, 304].includes(plan.status)) return 'never';
  if (plan.reply === 'echo') return mistake === undefined ? 'perhaps' : 'always';
  const { stream } = plan;
  if (plan.reply === 'stream' && stream?.neverEnds === true) return 'always';
  if (plan.reply !== 'stream' || stream?.failure === undefined) return 'never';
  const length = stream.pieceBytes.reduce((sum, bytes) => sum + bytes, 0);
  switch (stream.failure) {
    case 'throws':
      // What was promised may have come before.
      return stream.declared ? 'perhaps' : 'always';
    case 'short':
      return 'always';
    case 'long':
      // Where what is too much is a piece of its own, all that was promised has come before.
      return length > 0 ? 'perhaps' : 'never';
    case 'chunkType':
      return stream.pieceBytes.length > 0 ? 'always' : 'never';
    case 'trailers':
      // HTTP/1.0 has none.
      if (stream.source === 'response') return 'never';
      return versionMinor > 0 && takesTrailers ? 'always' : 'never';
    default:
      return stream.failure satisfies never;
  }
}

/** Whether the handler, or the first that its stream gives, may fail: then another reply takes its place. */
export function mayBeReplaced(message: Message): boolean {
  const { plan, method, versionMinor, takesTrailers, hasContent } = message;
  if (plan.reply === 'throw' || plan.reply === 'invalid') return true;
  if (method === 'HEAD' || [204, 205, 304].includes(plan.status)) return false;
  // The client's content may have been given up by then.
  if (plan.reply === 'echo') return hasContent;
  if (plan.reply !== 'stream' || plan.stream === undefined) return false;
  const { failure, pieceBytes, source } = plan.stream;
  // Of a Response, what is there is read first.
  if (source === 'response') return failure !== undefined;
  const filledCount = pieceBytes.filter((bytes) => bytes > 0).length;
  switch (failure) {
    case 'throws':
    case 'short':
      return filledCount === 0;
    case 'long':
      return filledCount === 1;
    case 'chunkType':
      return pieceBytes.length > 0;
    case 'trailers':
      // HTTP/1.0 has none. They fail before anything of one chunk was sent, where the end follows it at once.
      return versionMinor > 0 && takesTrailers && filledCount <= 1;
    default:
      return false;
  }
}

/** Statuses of responses that sluice may give by itself, without the handler's word. */
export function ownStatuses(message: Message, circumstances: Circumstances): readonly number[] {
  const { options, mayBeLate, mayBeTruncated, mayBeRefused } = circumstances;
  const statuses: number[] = [];
  if (message.mistake !== undefined) statuses.push(message.mistake.status);
  if (message.mistake?.inHead !== true) {
    if (message.isProbe) statuses.push(200);
    if (message.isProbe || mayBeRefused) statuses.push(503);
    if (mayBeReplaced(message)) statuses.push(message.plan.reply === 'echo' ? 400 : 500);
  }
  if (mayBeLate) statuses.push(408);
  if (mayBeTruncated) statuses.push(400);
  const { bodyBytesMax = Infinity } = options.limits ?? {};
  if (message.content.length > bodyBytesMax) statuses.push(413);
  return statuses;
}

/** What may happen to a request beside what it brings about itself. */
export interface Circumstances {
  readonly options: Scenario['options'];
  /** Its bytes may come too slowly. */
  readonly mayBeLate: boolean;
  /** The client may end within it. */
  readonly mayBeTruncated: boolean;
  /** It may wait for a slot, or its handler for too long. */
  readonly mayBeRefused: boolean;
}

export function circumstancesOf(client: Client, simulated: SimulatedRun): Circumstances {
  const { scenario } = simulated;
  const { options, visits, drain } = scenario;
  const messages = visits.flatMap(({ script }) => script.messages);
  // While the loop is busy time passes for all.
  const isBusy = messages.some(({ plan }) => plan.busyMs > 0) || (scenario.stops ?? []).length > 0;
  const waits = client.script.steps.some(
    ({ do: what }) => what === 'wait' || what === 'awaitInterim',
  );
  const slots = typeof options.concurrency === 'object' ? (options.concurrency.initial ?? 1) : 1;
  return {
    options,
    // While memory is short, who is silent is given less time, and nobody is let in.
    mayBeLate:
      isBusy ||
      waits ||
      simulated.isShortOfMemory ||
      client.careless ||
      simulated.linkIsSlow(client.number),
    mayBeTruncated: client.ended || client.careless || simulated.linkBreaks(client.number),
    mayBeRefused:
      isBusy ||
      simulated.isShortOfMemory ||
      slots < messages.length ||
      scenario.limitChanges !== undefined ||
      drain !== undefined ||
      options.deadline !== undefined ||
      (options.limits?.handlerMs ?? 0) > 0,
  };
}
