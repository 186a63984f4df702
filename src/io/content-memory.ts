// Memory for content that a handler may keep, and when V8 is to look which of it is dead.

/** As much is made between two collections; V8 itself waits for as much in Node 20 and 22. */
const COLLECTED_BYTES = 32 * 1024 * 1024;
/**
 * From here on (Node 24), V8 looks at its young objects alone only after 64 MiB, and by then it has begun
 * to mark all of its heap, which it does for 64 MiB of memory outside it.
 */
const LATE_V8 = 13;

/** Makes memory, and has V8 collect young objects, which it is itself, each time 32 MiB have been made. */
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

  /** So many bytes, with whatever was in them before: only what is written into them may ever be shown. */
  make(bytes: number): Uint8Array<ArrayBuffer> {
    if (this.#leftBytes < bytes) {
      this.#leftBytes = COLLECTED_BYTES;
      this.#collect ??= this.#findCollector();
      this.#collect();
    }
    this.#leftBytes -= bytes;
    return new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
  }
}

/** The one of this thread, for there is one heap. */
export const contentMemory: ContentMemory = new ContentMemory(() =>
  youngCollector(process.versions.v8),
);

/** What collects young objects; nothing where V8 does so in time, or knows no way. */
export function youngCollector(v8Version: string): () => void {
  if (Number.parseInt(v8Version, 10) < LATE_V8) return doNothing;
  const gc = globalThis.gc ?? hiddenGc();
  return gc === undefined ? doNothing : () => gc({ type: 'minor' });
}

/** V8 puts `gc` into the contexts that are made while a flag is set: one that nobody else sees. */
function hiddenGc(): NodeJS.GCFunction | undefined {
  const { setFlagsFromString } = process.getBuiltinModule('node:v8');
  const { runInNewContext } = process.getBuiltinModule('node:vm');
  try {
    setFlagsFromString('--expose-gc');
    const gc: unknown = runInNewContext('globalThis.gc');
    return typeof gc === 'function' ? (gc as NodeJS.GCFunction) : undefined;
  } catch {
    return undefined;
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}

function doNothing(): void {}
