// The receiver reads as far as the state has use for, and tells its connection what it finds.

import { describe, expect, test } from 'vitest';
import { SCARCE } from '../../../../src/conn/memory/ledger.js';
import type { RawTunnel } from '../../../../src/conn/tunnel/tunnel.js';
import { Fault, type FaultId } from '../../../../src/fsm/faults.js';
import { EventIds } from '../../../../src/fsm/machine/machine.js';
import type { Head } from '../../../../src/fsm/parse/head.js';
import {
  CHUNKED,
  post,
  ReceiverScene,
  streaming,
  textOf,
} from '../../../support/receiver-scene.js';
import { get } from '../../../support/test-server.js';

describe('heads', () => {
  test('a head in one piece begins a request, and the reader is given back', () => {
    const request = get('/');
    const scene = new ReceiverScene().come(request);
    expect(scene.fired).toEqual(['requestBare']);
    expect(scene.begun.map(([, to]) => to)).toEqual([request.length]);
    const { receiver } = scene;
    expect([receiver.head, receiver.contentLeft, receiver.heldBytes]).toEqual([undefined, 0, 0]);
    expect(receiver.consumedBytes).toBe(request.length);
  });

  test('the next request is left alone until the first is answered', () => {
    const request = get('/');
    const scene = new ReceiverScene().come(request + request);
    expect([scene.begun.length, scene.receiver.heldBytes]).toEqual([1, request.length]);
    expect(scene.begun[0]?.[1]).toBe(2 * request.length);
    scene.fire(EventIds.admitted);
    scene.answer();
    expect(scene.begun).toHaveLength(2);
    expect(scene.receiver.consumedBytes).toBe(2 * request.length);
  });

  test('a head in pieces is carried, starts once, and ends in memory of its own', () => {
    const request = get('/abc');
    const scene = new ReceiverScene().come('GET /').come('a');
    expect(scene.fired).toEqual(['headStart']);
    expect(scene.receiver.heldBytes).toBeGreaterThanOrEqual(6);
    expect(scene.receiver.consumedBytes).toBe(6);
    expect(scene.receiver.head).toBeDefined();
    scene.come(`${request.slice(6)}${request}`);
    expect(scene.fired).toEqual(['headStart', 'requestBare']);
    const [head, to] = scene.begun[0] as [Head, number];
    expect(to).toBe(head.to);
  });

  test('empty lines before a head are no head', () => {
    const scene = new ReceiverScene().come('\r\n');
    expect([scene.fired, scene.receiver.consumedBytes]).toEqual([[], 2]);
    scene.end();
    expect(scene.fired).toEqual(['fin']);
  });

  test('nor is half an empty line', () => {
    expect(new ReceiverScene().come('\r').end().fired).toEqual(['fin']);
  });

  test('a fault is refused where it stands', () => {
    const scene = new ReceiverScene().come('GET / HTTP/1.1\r\nHo st: a\r\n\r\n');
    expect(scene.faults).toHaveLength(1);
    const [[, offset], place] = [scene.faults[0] as [FaultId, number], scene.places[0]];
    expect([offset, place?.at, place?.to]).toEqual([18, 18, 28]);
    expect(scene.receiver.head).toBeDefined();
  });

  test('what follows a fault is dropped with it', () => {
    const scene = new ReceiverScene().come('GET\0 and more');
    expect([scene.fired, scene.receiver.input.length]).toEqual([['fault'], 0]);
  });

  test('a fault in a head that came in pieces is shown in all of it', () => {
    const scene = new ReceiverScene().come('GET / HTTP/1.1\r\nHost: a\r').come('x');
    expect(scene.faults).toHaveLength(1);
    expect(scene.places[0]).toMatchObject({ from: 0, at: 24, to: 25 });
  });
});

describe('what is known of the message in progress', () => {
  test('it is in progress from its first byte to its last', () => {
    const scene = new ReceiverScene();
    const { receiver } = scene;
    const isInProgress = (): boolean => receiver.midMessage;
    expect(isInProgress()).toBe(false);
    expect([scene.come('POST /'), isInProgress()]).toEqual([scene, true]);
    expect([scene.come(`${post(2).slice(6)}a`), isInProgress()]).toEqual([scene, true]);
    expect([scene.come('b'), isInProgress()]).toEqual([scene, false]);
  });

  test('its place is that of its first byte', () => {
    const request = get('/');
    const scene = new ReceiverScene().come(request);
    scene.fire(EventIds.admitted);
    scene.answer().come('GET');
    const { messageFrom, consumedBytes } = scene.receiver;
    expect([messageFrom, consumedBytes]).toEqual([request.length, request.length + 3]);
  });

  test('its content is counted, and the next request begins with none', () => {
    const scene = new ReceiverScene();
    expect(scene.receiver.contentBytes).toBe(0);
    scene.come(`${post(3)}ab`);
    expect([scene.receiver.contentBytes, scene.receiver.contentLeft]).toEqual([2, 1]);
    scene.come('c');
    expect([scene.receiver.contentBytes, scene.receiver.contentLeft]).toEqual([3, 0]);
    scene.fire(EventIds.admitted);
    scene.answer().come(get('/'));
    expect([scene.begun.length, scene.receiver.contentBytes]).toEqual([2, 0]);
  });
});

describe('the FIN of the peer', () => {
  test('between messages is an end', () => {
    expect(new ReceiverScene().end().fired).toEqual(['fin']);
  });

  test('after a request is an end, once', () => {
    const scene = new ReceiverScene().come(get('/')).end();
    scene.receiver.advance();
    expect(scene.fired).toEqual(['requestBare', 'fin']);
  });

  test('behind bytes that are not read yet is not read', () => {
    const scene = new ReceiverScene().come(get('/') + get('/')).end();
    expect(scene.fired).toEqual(['requestBare']);
  });

  test('within a head truncates it', () => {
    const scene = new ReceiverScene().come('GET /').end();
    expect(scene.truncations).toEqual([[Fault.headTruncated, 5]]);
  });

  test.each([
    [post(3), 'ab'],
    [CHUNKED, '5\r\nab'],
  ])('within content truncates it: %#', (head, content) => {
    for (const streams of [false, true]) {
      const scene = new ReceiverScene();
      Object.assign(scene, { streams });
      scene.body.awaited = streams;
      scene.come(head + content).end();
      if (streams) {
        scene.body.awaited = true;
        scene.receiver.advance();
      }
      expect(scene.truncations).toEqual([[Fault.bodyTruncated, head.length + content.length]]);
    }
  });

  test('is told though nobody awaits content of which nothing is here', () => {
    expect(streaming(post(3)).end().truncations).toHaveLength(1);
    expect(streaming(`${post(3)}a`).end().truncations).toHaveLength(0);
  });

  test('waits while bytes of ours leave and no response is under way', () => {
    const scene = new ReceiverScene();
    scene.leaving = true;
    expect(scene.end().fired).toEqual([]);
    scene.leaving = false;
    expect(scene.end().fired).toEqual(['fin']);
  });

  test('does not wait while a response is under way', () => {
    const scene = new ReceiverScene();
    scene.leaving = true;
    expect(scene.come(get('/')).end().fired).toEqual(['requestBare', 'fin']);
  });

  test('nor behind a fault in content, while its request is answered', () => {
    const scene = streaming(CHUNKED);
    scene.body.awaited = true;
    scene.come('zz');
    scene.leaving = true;
    expect(scene.end().fired.slice(-2)).toEqual(['fault', 'fin']);
  });
});

describe('bytes that are discarded', () => {
  function shut(): ReceiverScene {
    const scene = new ReceiverScene();
    scene.fire(EventIds.closeAfter);
    return scene;
  }

  test.each([
    [10, []],
    [11, ['lingerOver']],
  ])('after our FIN, %i of them, end the wait: %j', (length, after) => {
    const scene = shut()
      .come('x'.repeat(length - 3))
      .come('xxx');
    expect(scene.fired.slice(1)).toEqual(after);
    expect(scene.receiver.heldBytes).toBe(0);
  });

  test('before our FIN, however many they are, end nothing', () => {
    const scene = new ReceiverScene().come('GET\0').come('x'.repeat(100));
    expect(scene.fired).toEqual(['fault']);
    expect(scene.receiver.heldBytes).toBe(0);
  });

  test('and a FIN are an end', () => {
    expect(shut().end().fired.slice(1)).toEqual(['fin']);
  });

  test('end nothing while bytes of ours leave', () => {
    const scene = shut();
    scene.leaving = true;
    expect(scene.come('x'.repeat(20)).end().fired.slice(1)).toEqual([]);
  });
});

/** A way of a tunnel that notes among the events what it is told. Its reader takes as many pieces as it waits for. */
class Way {
  waits = 0;
  readonly #scene: ReceiverScene;

  constructor(scene: ReceiverScene) {
    this.#scene = scene;
  }

  passOn(): boolean {
    if (this.waits === 0) return false;
    this.waits--;
    this.#note(`read ${this.#scene.receiver.input.clear()}`);
    return true;
  }

  keepRest(): void {
    this.#note(`keep ${this.#scene.receiver.input.clear()}`);
  }

  endRead(): void {
    this.#note('ended');
  }

  tellEnd(): void {
    this.#note('told');
  }

  #note(what: string): void {
    this.#scene.fired.push(what);
  }
}

describe('a tunnel', () => {
  function tunnel(): { scene: ReceiverScene; way: Way } {
    const scene = new ReceiverScene().come(get('/'));
    const way = new Way(scene);
    for (const event of [EventIds.admitted, EventIds.upgraded]) scene.fire(event);
    scene.receiver.tunnel = way as unknown as RawTunnel;
    scene.fired.length = 0;
    return { scene, way };
  }

  test('gives bytes to a reader that waits, and keeps them for one that does not', () => {
    const { scene, way } = tunnel();
    scene.come('ab');
    expect([scene.fired, scene.receiver.heldBytes]).toEqual([[], 2]);
    way.waits = 1;
    scene.receiver.advance();
    expect([scene.fired, scene.receiver.heldBytes]).toEqual([['read 2'], 0]);
  });

  test('tells the FIN behind the last byte that was read, and not before', () => {
    const { scene, way } = tunnel();
    scene.come('ab').end();
    expect(scene.fired).toEqual([]);
    way.waits = 1;
    scene.receiver.advance();
    expect(scene.fired).toEqual(['read 2', 'ended', 'fin', 'told']);
  });

  test('whose other way has ended leaves unread bytes to its reader, and is over', () => {
    const { scene } = tunnel();
    for (const event of [EventIds.tunnelEnd, EventIds.flushed]) scene.fire(event);
    scene.fired.length = 0;
    scene.come('ab');
    expect(scene.fired).toEqual([]);
    scene.end();
    expect([scene.fired, scene.life.closed]).toEqual([['keep 2', 'ended', 'fin', 'told'], true]);
  });

  test('pauses with one byte unread while memory is scarce, as content does', () => {
    const { scene } = tunnel();
    expect(scene.come('a').throttle(SCARCE)).toEqual(['pause']);
  });

  test('is not lent memory: its reader keeps what it is given', () => {
    const { scene } = tunnel();
    expect(scene.lend()).toEqual([]);
    const next = new ReceiverScene().come(get('/'));
    next.lend();
    for (const event of [EventIds.admitted, EventIds.upgraded]) next.fire(event);
    expect(next.lend()).toEqual(['keeps']);
  });
});

test('advancing from within what it tells reads nothing twice', () => {
  const scene = new ReceiverScene();
  const begin = scene.begin.bind(scene);
  const depths: number[] = [];
  scene.begin = (head, to) => {
    begin(head, to);
    scene.receiver.advance();
    depths.push(scene.body.gathered.length);
  };
  scene.come(`${post(1)}a`);
  expect(depths).toEqual([0]);
  expect(textOf(scene.body.gathered)).toEqual(['a']);
});
