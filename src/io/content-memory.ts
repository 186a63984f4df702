// Memory for content, and when V8 is to look which of it is dead.

/** As much is made between two collections; V8 itself waits for as much in Node 20 and 22. */
const COLLECTED_BYTES = 32 * 1024 * 1024;
/**
 * From here on (Node 24), V8 looks at its young objects alone only after 64 MiB, and by then it has begun
 * to mark all of its heap, which it does for 64 MiB of memory outside it.
 */
const LATE_V8 = 13;

/** Makes memory, and each time 32 MiB of it have been made has V8 look at young objects, among which it is. */
export class ContentMemory {
  /** Gives what collects them; asked once, when it is first wanted. */
  readonly #findCollector: () => () => void;
  #collect: (() => void) | undefined;
  #leftBytes: number;

  constructor(findCollector: () => () => void) {
    this.#findCollector = findCollector;
    this.#collect = undefined;
    this.#leftBytes = COLLECTED_BYTES;
  }

  /** As {@link newMemory}. */
  make(bytes: number): Uint8Array<ArrayBuffer> {
    if (this.#leftBytes < bytes) {
      this.#leftBytes = COLLECTED_BYTES;
      this.#collect ??= this.#findCollector();
      this.#collect();
    }
    this.#leftBytes -= bytes;
    return newMemory(bytes);
  }
}

/**
 * Exactly so many bytes, alone in their ArrayBuffer, with whatever was in them before: whoever gives
 * them away has written all of them.
 */
export function newMemory(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
}

/** The one of this thread, for there is one heap. */
export const contentMemory: ContentMemory = new ContentMemory(() =>
  youngCollector(process.versions.v8),
);

/** What collects young objects; nothing where V8 does so in time, or knows no way. */
export function youngCollector(v8Version: string): () => void {
  if (Number.parseInt(v8Version, 10) < LATE_V8) return doNothing;
  const gc = hiddenGc();
  return gc === undefined ? doNothing : () => gc({ type: 'minor' });
}

/**
 * V8 puts `gc` into the contexts that are made while a flag is set. So one is made that nobody else
 * sees. What the program itself calls `gc` may be anything.
 */
function hiddenGc(): NodeJS.GCFunction | undefined {
  try {
    const { runInNewContext } = process.getBuiltinModule('node:vm');
    // Where the flag was set by others, it stays.
    return runInNewContext(FIND_GC) ?? withFlag(() => runInNewContext(FIND_GC));
  } catch {
    return undefined;
  }
}

const FIND_GC = "typeof gc === 'function' ? gc : undefined";

function withFlag<Found>(find: () => Found): Found {
  const { setFlagsFromString } = process.getBuiltinModule('node:v8');
  setFlagsFromString('--expose-gc');
  try {
    return find();
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}

function doNothing(): void {}
