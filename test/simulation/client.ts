// A client at work: runs its script, reads what comes, and remembers what it saw.

import type {
  SimulatedNetwork,
  SimulatedTransport,
  TransportSink,
  VirtualClock,
} from '../../src/testing/index.js';
import { valuesOf } from '../support/response-head-parser.js';
import { ResponseStream } from '../support/response-stream.js';
import { showsCanary } from './canary.js';
import type { Script, Step } from './client-script.js';

export class Client implements TransportSink {
  readonly number: number;
  readonly script: Script;
  readonly stream: ResponseStream;
  /** Bytes of the messages that were handed to the network. */
  writtenBytes = 0;
  /** How many bytes were written by when, in ms. */
  readonly writtenAt: (readonly [bytes: number, ms: number])[] = [];
  /** All that came. */
  receivedBytes = 0;
  sawFin = false;
  sawReset = false;
  /** It sent FIN. */
  ended = false;
  /** It left, or was cut off by the network, or reads nothing any more. */
  careless = false;
  /** Bytes that it has written and dropped, since the server had ended. */
  droppedBytes = 0;
  readonly #clock: VirtualClock;
  readonly #network: SimulatedNetwork;
  readonly #fail: (what: string) => void;
  #transport: SimulatedTransport | undefined = undefined;
  #step = 0;
  /** What the script waits for. */
  #waitsFor: (() => boolean) | undefined = undefined;
  #hasPaused = false;

  constructor(
    number: number,
    script: Script,
    network: SimulatedNetwork,
    fail: (what: string) => void,
  ) {
    this.number = number;
    this.script = script;
    this.#network = network;
    this.#clock = network.clock;
    this.#fail = (what) => fail(`client ${number}: ${what}`);
    this.stream = new ResponseStream((index, head) => {
      const message = script.messages[index];
      if (message?.method !== 'HEAD') return false;
      // Of a request that came too slowly, or not wholly, the server may not know the method.
      return [400, 408].includes(head.status) && valuesOf(head, 'x-id').length === 0
        ? 'perhaps'
        : true;
    });
  }

  /** Begins. The transport must be this client's end of a connection that has just been made. */
  start(transport: SimulatedTransport): void {
    this.#transport = transport;
    this.#clock.after(0, () => this.#run());
  }

  /** Its side of the connection is over. */
  get over(): boolean {
    return this.#transport?.closed === true;
  }

  onBytes(bytes: Uint8Array): void {
    this.receivedBytes += bytes.length;
    if (showsCanary(bytes)) this.#fail("another's bytes in a response");
    try {
      this.stream.feed(bytes);
    } catch (error) {
      this.#fail(`${error}`);
      this.careless = true;
      this.#transport?.reset();
    }
    this.#pauseReading();
    this.#check();
  }

  onFin(): void {
    this.sawFin = true;
    this.stream.finish();
    const { closesAfterMs } = this.script;
    if (closesAfterMs !== 'never')
      this.#clock.after(closesAfterMs, () => {
        if (!this.script.writesBehindEnd) this.#close();
      });
    this.#check();
  }

  onFlushed(): void {}

  onReset(): void {
    this.sawReset = true;
    this.#waitsFor = undefined;
  }

  /** Closes once the server has ended. What has not left never will. */
  #close(): void {
    const transport = this.#transport;
    if (transport === undefined || transport.closed) return;
    this.droppedBytes += transport.unflushedBytes;
    transport.destroy();
  }

  #pauseReading(): void {
    const { readPause } = this.script;
    if (readPause === undefined || this.#hasPaused || this.receivedBytes < readPause.bytes) return;
    this.#hasPaused = true;
    this.#transport?.pause();
    if (readPause.ms === Infinity) this.careless = true;
    else this.#clock.after(readPause.ms, () => this.#transport?.resume());
  }

  #check(): void {
    if (this.#waitsFor?.() !== true) return;
    this.#waitsFor = undefined;
    this.#clock.after(0, () => this.#run());
  }

  #run(): void {
    while (!this.over) {
      const step = this.script.steps[this.#step];
      if (step === undefined) {
        if (this.sawFin && this.script.writesBehindEnd) this.#close();
        return;
      }
      this.#step++;
      if (!this.#take(step)) return;
    }
  }

  /** Does one step. False where it has to wait. */
  #take(step: Step): boolean {
    const transport = this.#transport as SimulatedTransport;
    switch (step.do) {
      case 'write':
        if (this.sawFin && !this.script.writesBehindEnd) return true;
        this.writtenBytes += step.bytes.length;
        this.writtenAt.push([this.writtenBytes, this.#clock.now]);
        transport.write(step.bytes);
        return true;
      case 'wait':
        this.#clock.after(step.ms, () => this.#run());
        return false;
      case 'await':
        return this.#wait(() => this.sawFin || this.stream.completeCount >= step.responses);
      case 'awaitInterim': {
        const before = this.stream.completeCount;
        let late = false;
        this.#clock.after(step.ms, () => {
          late = true;
          this.#check();
        });
        return this.#wait(
          () =>
            late ||
            this.sawFin ||
            this.stream.interim.length > 0 ||
            this.stream.completeCount > before,
        );
      }
      case 'pause':
        transport.pause();
        return true;
      case 'resume':
        transport.resume();
        return true;
      case 'end':
        this.ended = true;
        transport.end();
        return true;
      case 'destroy':
        this.careless = true;
        transport.destroy();
        return false;
      case 'reset':
        this.careless = true;
        transport.reset();
        return false;
      case 'cut':
        this.careless = true;
        this.#network.cut(transport);
        return false;
      default:
        return step satisfies never;
    }
  }

  #wait(holds: () => boolean): boolean {
    if (holds()) return true;
    this.#waitsFor = holds;
    return false;
  }
}
