// Streamed content is pulled at the peer's pace, framed, and held to its declared length.

import { describe, expect, test } from 'vitest';
import { Output } from '../../../../src/conn/bytes/output.js';
import { endPump, type PumpOwner, ResponsePump } from '../../../../src/conn/bytes/response-pump.js';
import { TurnShare } from '../../../../src/conn/bytes/turn-share.js';
import type { BodySource } from '../../../../src/http/reply/body-source.js';
import { SEND_CHUNKED, SEND_UNTIL_CLOSE } from '../../../../src/http/reply/reply-framing.js';
import type { Trailers } from '../../../../src/http/reply/trailers.js';
import { settle } from '../../../support/loop-turns.js';
import { RecordingTransport } from '../../../support/recording-transport.js';

type Answer = Uint8Array | undefined | Promise<Uint8Array | undefined>;

const MIB = 1024 * 1024;
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** Gives the answers in their order, then the end. */
class Source implements BodySource {
  asked = 0;
  readonly closes: unknown[][] = [];
  readonly #answers: (Answer | (() => Answer))[];

  constructor(answers: readonly (Answer | (() => Answer))[]) {
    this.#answers = [...answers];
  }

  next(): Answer {
    this.asked++;
    const answer = this.#answers.shift();
    return typeof answer === 'function' ? answer() : answer;
  }

  close(...values: unknown[]): void {
    this.closes.push(values);
  }
}

class Owner implements PumpOwner {
  readonly line = new RecordingTransport();
  readonly output = new Output(this.line);
  backlogBytesMax = 64 * 1024;
  readonly told: string[] = [];
  readonly errors: unknown[] = [];
  pump: ResponsePump | undefined = undefined;

  pumpAnswered(step: () => void): void {
    this.told.push('answered');
    step();
    this.pump?.run();
  }

  readonly share = new TurnShare(() => this.told.push('postponed'));

  pumpBegins(): void {
    this.told.push('begins');
  }

  pumpEnded(): void {
    this.told.push('ended');
  }

  pumpFailed(error: unknown): void {
    this.told.push('failed');
    this.errors.push(error);
  }

  /** What was written, as latin1. */
  get text(): string {
    this.output.send();
    return this.line.written.join('');
  }
}

function pumpOf(
  answers: readonly (Answer | (() => Answer))[],
  framing: number,
  lines?: () => string | Promise<string>,
): { owner: Owner; source: Source; pump: ResponsePump } {
  const owner = new Owner();
  const source = new Source(answers);
  const trailers =
    lines === undefined ? undefined : ({ lines, isKnown: false } as unknown as Trailers);
  const pump = new ResponsePump(owner, source, framing, trailers);
  owner.pump = pump;
  return { owner, source, pump };
}

describe('framing', () => {
  test('chunked content has sizes in hexadecimal, and a last chunk', () => {
    const { owner, pump } = pumpOf([bytes('a'.repeat(26)), bytes('b')], SEND_CHUNKED);
    pump.run();
    expect(owner.text).toBe(`1a\r\n${'a'.repeat(26)}\r\n1\r\nb\r\n0\r\n\r\n`);
    expect(owner.told).toEqual(['begins', 'ended']);
  });

  test.each([
    ['a declared length', 3],
    ['the end of the connection', SEND_UNTIL_CLOSE],
  ])('content framed by %s is sent as it is', (_name, framing) => {
    const { owner, pump } = pumpOf([bytes('ab'), bytes('c')], framing);
    pump.run();
    expect(owner.text).toBe('abc');
    expect(owner.told).toEqual(['begins', 'ended']);
  });

  test('content without a chunk begins and ends', () => {
    for (const [framing, text] of [
      [SEND_CHUNKED, '0\r\n\r\n'],
      [0, ''],
      [SEND_UNTIL_CLOSE, ''],
    ] as const) {
      const { owner, pump } = pumpOf([], framing);
      pump.run();
      expect([owner.text, owner.told]).toEqual([text, ['begins', 'ended']]);
    }
  });

  test('after its end the source is neither asked nor closed', () => {
    const { owner, source, pump } = pumpOf([], SEND_CHUNKED);
    pump.run();
    pump.run();
    pump.close('late', () => undefined);
    expect([source.asked, source.closes, owner.told]).toEqual([1, [], ['begins', 'ended']]);
  });
});

describe('declared length', () => {
  test('one byte too few is a failure', () => {
    const { owner, source, pump } = pumpOf([bytes('ab')], 3);
    pump.run();
    expect(owner.told).toEqual(['begins', 'failed']);
    expect(owner.errors[0]).toMatchObject({
      code: 'SLUICE_REPLY_LENGTH_INVALID',
      message: 'the body gave less than the declared Content-Length: 1 bytes are missing',
    });
    expect(source.closes).toEqual([[owner.errors[0]]]);
  });

  test('one byte too many is a failure, and the chunk is not sent', () => {
    const { owner, source, pump } = pumpOf([bytes('ab'), bytes('cd')], 3);
    pump.run();
    expect(owner.text).toBe('ab');
    expect(owner.told).toEqual(['begins', 'failed']);
    expect(owner.errors[0]).toMatchObject({
      code: 'SLUICE_REPLY_LENGTH_INVALID',
      message: 'the body gave more than the declared Content-Length: 1 bytes too many',
    });
    expect(source.closes).toEqual([[owner.errors[0]]]);
  });

  test('a first chunk that is too long begins nothing', () => {
    const { owner, pump } = pumpOf([bytes('ab')], 1);
    pump.run();
    expect(owner.told).toEqual(['failed']);
  });
});

describe('backlog', () => {
  test('the source is left alone once the backlog is at its maximum', () => {
    const { owner, source, pump } = pumpOf([bytes('ab'), bytes('c'), bytes('d')], SEND_UNTIL_CLOSE);
    owner.backlogBytesMax = 3;
    pump.run();
    expect([source.asked, pump.waitsForPeer]).toEqual([2, true]);
    expect(owner.text).toBe('abc');
    pump.run();
    expect([owner.text, source.asked, pump.waitsForPeer]).toEqual(['abcd', 4, false]);
  });

  test('one byte below the maximum it is asked', () => {
    const { owner, source, pump } = pumpOf([bytes('ab'), bytes('c')], SEND_UNTIL_CLOSE);
    owner.backlogBytesMax = 2;
    owner.output.text('x');
    pump.run();
    expect(source.asked).toBe(1);
    owner.backlogBytesMax = 4;
    pump.run();
    expect(source.asked).toBe(2);
  });

  test.each([
    [MIB - 1, 2],
    [MIB - 4096, 2],
    [MIB, 1],
  ])('after %i bytes of a turn the source was asked %i times', (length, asked) => {
    const { owner, source, pump } = pumpOf(
      [new Uint8Array(length), new Uint8Array(1), bytes('x')],
      SEND_UNTIL_CLOSE,
    );
    owner.backlogBytesMax = Number.POSITIVE_INFINITY;
    pump.run();
    expect(source.asked).toBe(asked);
    expect(owner.told).toEqual(['begins', 'postponed']);
  });

  test('after 256 small pieces of a turn other connections come first', () => {
    const pieces = Array.from({ length: 600 }, () => bytes('abc'));
    const { owner, source, pump } = pumpOf(pieces, SEND_CHUNKED);
    pump.run();
    pump.run();
    expect(source.asked).toBe(256);
    owner.share.renew();
    pump.run();
    expect(source.asked).toBe(512);
    expect(owner.told).toEqual(['begins', 'postponed', 'postponed']);
  });

  test('the next turn begins to count anew', () => {
    const { owner, source, pump } = pumpOf(
      [new Uint8Array(MIB), new Uint8Array(MIB - 1), new Uint8Array(1)],
      SEND_UNTIL_CLOSE,
    );
    owner.backlogBytesMax = Number.POSITIVE_INFINITY;
    pump.run();
    owner.share.renew();
    pump.run();
    expect(source.asked).toBe(3);
    expect(owner.told).toEqual(['begins', 'postponed', 'postponed']);
    owner.share.renew();
    pump.run();
    expect(owner.told).toEqual(['begins', 'postponed', 'postponed', 'ended']);
  });

  test('a source that makes the pump run while it is asked is asked once', () => {
    const { owner, source, pump } = pumpOf(
      [
        () => {
          pump.run();
          return bytes('a');
        },
        bytes('b'),
      ],
      SEND_UNTIL_CLOSE,
    );
    pump.run();
    expect([owner.text, source.asked]).toEqual(['ab', 3]);
  });
});

describe('a source that answers later', () => {
  test('is waited for, and goes on within a wake-up', async () => {
    const { owner, source, pump } = pumpOf([Promise.resolve(bytes('a')), bytes('b')], SEND_CHUNKED);
    pump.run();
    expect([pump.waitsForPeer, owner.told]).toEqual([false, []]);
    pump.run();
    expect(source.asked).toBe(1);
    await settle();
    expect(owner.told).toEqual(['answered', 'begins', 'ended']);
    expect(owner.text).toBe('1\r\na\r\n1\r\nb\r\n0\r\n\r\n');
  });

  test('and rejects has failed, and is asked no more', async () => {
    const error = new Error('x');
    const { owner, source, pump } = pumpOf([Promise.reject(error)], SEND_CHUNKED);
    pump.run();
    await settle();
    expect([owner.told, owner.errors]).toEqual([['answered', 'failed'], [error]]);
    expect([source.asked, pump.waitsForPeer]).toEqual([1, false]);
  });

  test.each([
    ['gives', () => Promise.resolve(bytes('a'))],
    ['rejects', () => Promise.reject(new Error('x'))],
  ])('and %s after it was closed tells nobody', async (_name, answer) => {
    const { owner, source, pump } = pumpOf([answer], SEND_CHUNKED);
    const onError = (): void => undefined;
    pump.run();
    pump.close('gone', onError);
    pump.close('again', onError);
    await settle();
    expect([owner.told, owner.text, source.closes]).toEqual([[], '', [['gone', onError]]]);
    expect(pump.waitsForPeer).toBe(false);
  });
});

describe('a source that ends the connection while it is asked', () => {
  test.each([
    ['at once', () => bytes('a')],
    ['later', () => Promise.resolve(bytes('a'))],
    ['with an error', () => Promise.reject(new Error('x'))],
  ])('and answers %s is not heard', async (_name, answer) => {
    const { owner, pump } = pumpOf(
      [
        () => {
          pump.close('gone', () => undefined);
          return answer();
        },
      ],
      SEND_CHUNKED,
    );
    pump.run();
    await settle();
    expect([owner.told, owner.text]).toEqual([[], '']);
  });
});

describe('trailers', () => {
  test('follow the last chunk', () => {
    const { owner, pump } = pumpOf([bytes('a')], SEND_CHUNKED, () => 'X: y\r\n');
    pump.run();
    expect(owner.text).toBe('1\r\na\r\n0\r\nX: y\r\n\r\n');
    expect(owner.told).toEqual(['begins', 'ended']);
  });

  test.each([
    ['after no content', [], ''],
    ['after one chunk', [bytes('a')], '1\r\na\r\n'],
  ])(
    'that come later are waited for, and nothing is written before: %s',
    async (_, answers, text) => {
      const { owner, pump } = pumpOf(answers, SEND_CHUNKED, () => Promise.resolve('X: y\r\n'));
      pump.run();
      expect([owner.text, owner.told, pump.waitsForPeer]).toEqual(['', [], false]);
      await settle();
      expect(owner.text).toBe(`${text}0\r\nX: y\r\n\r\n`);
      expect(owner.told).toEqual(['answered', 'begins', 'ended']);
    },
  );

  test('that are late do not keep back what is to begin', async () => {
    let give: (lines: string) => void = () => {};
    const lines = (): Promise<string> =>
      new Promise((resolve) => {
        give = resolve;
      });
    const { owner, pump } = pumpOf([bytes('a')], SEND_CHUNKED, lines);
    pump.run();
    pump.begin();
    expect([owner.text, owner.told]).toEqual(['1\r\na\r\n', ['begins']]);
    pump.begin();
    give('X: y\r\n');
    await settle();
    expect(owner.text).toBe('1\r\na\r\n0\r\nX: y\r\n\r\n');
    expect(owner.told).toEqual(['begins', 'answered', 'ended']);
  });

  test('keep no chunk back that more content may follow', async () => {
    const more = Promise.resolve(bytes('b'));
    const { owner, pump } = pumpOf([bytes('a'), more], SEND_CHUNKED, () => 'X: y\r\n');
    pump.run();
    expect([owner.text, owner.told]).toEqual(['1\r\na\r\n', ['begins']]);
    await settle();
    expect(owner.text).toBe('1\r\na\r\n1\r\nb\r\n0\r\nX: y\r\n\r\n');
  });

  describe.each([
    ['after no content', [], ''],
    ['after one chunk', [bytes('a')], ''],
    ['after two chunks', [bytes('a'), bytes('b')], '1\r\na\r\n1\r\nb\r\n'],
  ])('%s', (_, answers, text) => {
    test.each([
      [
        'throw',
        (error: Error) => (): string => {
          throw error;
        },
        ['failed'],
      ],
      ['reject', (error: Error) => () => Promise.reject(error), ['answered', 'failed']],
    ])('that %s are a failure', async (_name, lines, told) => {
      const error = new Error('x');
      const { owner, pump } = pumpOf(answers, SEND_CHUNKED, lines(error));
      pump.run();
      await settle();
      const begins = text === '' ? [] : ['begins'];
      expect([owner.told, owner.errors, owner.text]).toEqual([[...begins, ...told], [error], text]);
    });
  });

  test('are not asked for where the content is not chunked', () => {
    let asked = 0;
    const { owner, pump } = pumpOf([bytes('a')], SEND_UNTIL_CLOSE, () => `${++asked}`);
    pump.run();
    expect([owner.text, asked]).toEqual(['a', 0]);
  });
});

describe('a pump whose response is given up', () => {
  test('tells its exchange of an error, or nobody', () => {
    const told: unknown[][] = [];
    const error = new Error('the source fails');
    const pump = {
      waitsForPeer: false,
      givenBytes: 0,
      run() {},
      begin() {},
      close(reason: string, onError: (error: unknown) => void) {
        told.push([reason]);
        onError(error);
      },
    };
    endPump(pump, 'peerEnded', { report: (reported) => void told.push([reported]) });
    endPump(pump, 'deadline', undefined);
    expect(told).toEqual([['peerEnded'], [error], ['deadline']]);
  });
});
