// Content between a request that notes what it is asked, and its readers.

import { Content, type ContentOwner } from '../../../../src/conn/read/content.js';

export const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));

export const textOf = (chunk: Uint8Array | undefined | null): string | undefined | null =>
  chunk ? Buffer.from(chunk).toString() : chunk;

/** A request that notes what it is asked. What is pulled next, the test says: nothing has come otherwise. */
class Owner implements ContentOwner {
  bodyBytesMax = 100;
  readonly asked: string[] = [];
  readonly coming: (Uint8Array | undefined)[] = [];
  readonly parts = { environment: { makeMemory: (length: number) => new Uint8Array(length) } };

  pullContent(): Uint8Array | undefined | null {
    return this.coming.length === 0 ? null : this.coming.shift();
  }
  memoryFits(length: number, isAll: boolean): boolean {
    this.asked.push(`fits ${length} ${isAll}`);
    return length < 10;
  }
  heldChanged(): void {
    this.asked.push('held');
  }
  refuseContent(): void {
    this.asked.push('refuse');
  }
  contentAwaited(): void {
    this.asked.push('awaited');
  }
  contentWaitEnded(): void {
    this.asked.push('ended');
  }
}

export class Scene {
  readonly owner = new Owner();
  readonly content: Content;

  constructor(declared = -1) {
    this.content = new Content(this.owner, declared);
  }

  /** A reader asks for the next chunk: what it was given, once it was. */
  read(): (string | undefined)[] {
    const given: (string | undefined)[] = [];
    void this.content.read().then(
      (chunk) => given.push(textOf(chunk) ?? undefined),
      (error) => given.push(String(error)),
    );
    return given;
  }

  get now(): string | undefined | null {
    return textOf(this.content.readNow());
  }
}
