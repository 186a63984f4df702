// The options `concurrency` and `queue`: what may be given, what stands for what is not given, and
// what is said of a mistake.

import {
  invalid,
  msAt,
  namesOf,
  objectAt,
  oneOf,
  orDefault,
  refuseOthers,
  wholeNumberAt,
} from '../options/checks.js';
import {
  CONCURRENCY_OTHER_NAMES,
  QUEUE_OTHER_NAMES,
  SERVER_OTHER_NAMES,
} from '../options/other-names.js';

/** What finds the limit: `fixed` keeps to a number, `gradient` follows the handlers' time. */
export const algorithms = ['fixed', 'gradient'] as const;
export type AlgorithmName = (typeof algorithms)[number];

/** Until when a slot is held: the handler's reply, or the end of its body. */
export const holds = ['handler', 'body'] as const;
export type Hold = (typeof holds)[number];

/**
 * How many handlers run at once: a number, `'adaptive'`, which finds the number, or an object that
 * says how. The default finds it, too, but begins with 1024 and comes down on evidence, where
 * `'adaptive'` begins with 20. In the object, `algorithm` is `gradient` unless given; `initial` is the
 * number itself for `fixed`, and the first one tried for `gradient`, between `min` and `max`.
 */
export type ConcurrencyOption =
  | number
  | 'adaptive'
  | {
      readonly algorithm?: AlgorithmName;
      readonly initial?: number;
      readonly min?: number;
      readonly max?: number;
      readonly hold?: Hold;
    };

/** What a queue's wait is bounded by. */
export const queueLaws = ['patient', 'timed', 'sojourn'] as const;
export type QueueLawName = (typeof queueLaws)[number];

interface QueueBoundsOption {
  /** Requests that may wait. Default 4096, with the `timed` law 1024. */
  readonly entriesMax?: number;
  /** Bytes that waiting requests may hold. Default 16 MiB. */
  readonly bytesMax?: number;
}

/**
 * First in, first out; who has waited for `waitMs` (default 1000) is refused: for a pool of slow
 * workers. Giving `waitMs` is enough to mean this law.
 */
export interface TimedQueueOption extends QueueBoundsOption {
  readonly law?: 'timed';
  readonly waitMs?: number;
}

/**
 * Keeps the wait short when more comes than can be done: at `targetMs` (default 10) while requests
 * are refused, up to `waitMsMax` (default 100) otherwise. Giving one of the two is enough to mean this law.
 */
export interface SojournQueueOption extends QueueBoundsOption {
  readonly law?: 'sojourn';
  readonly targetMs?: number;
  readonly waitMsMax?: number;
}

/**
 * The default: nobody is refused until it is proven that more comes than can be served while clients wait,
 * half a second; then the wait is held short.
 */
export interface PatientQueueOption extends QueueBoundsOption {
  readonly law?: 'patient';
}

export type QueueOption = PatientQueueOption | TimedQueueOption | SojournQueueOption;

export interface LimiterOptions {
  readonly concurrency?: ConcurrencyOption;
  readonly queue?: QueueOption;
}

/** The names of the options; the compiler refuses one that is forgotten here. */
export const LIMITER_NAMES: readonly string[] = namesOf<LimiterOptions>({
  concurrency: true,
  queue: true,
});
export const CONCURRENCY_NAMES: readonly string[] = namesOf<ConcurrencySettings>({
  algorithm: true,
  initial: true,
  min: true,
  max: true,
  hold: true,
});
export const QUEUE_NAMES: Readonly<Record<QueueLawName, readonly string[]>> = {
  patient: namesOf<PatientQueueOption>({ law: true, entriesMax: true, bytesMax: true }),
  timed: namesOf<TimedQueueOption>({ law: true, waitMs: true, entriesMax: true, bytesMax: true }),
  sojourn: namesOf<SojournQueueOption>({
    law: true,
    targetMs: true,
    waitMsMax: true,
    entriesMax: true,
    bytesMax: true,
  }),
};

export interface ConcurrencySettings {
  readonly algorithm: AlgorithmName;
  readonly initial: number;
  readonly min: number;
  readonly max: number;
  readonly hold: Hold;
}

interface QueueBoundsSettings {
  readonly entriesMax: number;
  readonly bytesMax: number;
}

export type QueueSettings = QueueBoundsSettings &
  (
    | { readonly law: 'patient' }
    | { readonly law: 'timed'; readonly waitMs: number }
    | { readonly law: 'sojourn'; readonly targetMs: number; readonly waitMsMax: number }
  );

/** The options with nothing left open. */
export interface LimiterSettings {
  readonly concurrency: ConcurrencySettings;
  readonly queue: QueueSettings;
}

const CONCURRENCY_DEFAULT = 1024;
const adaptiveDefaults = { initial: 20, min: 4, max: 1024 } as const;
// Nothing suggests yet that anything is scarce.
const openDefaults = { initial: CONCURRENCY_DEFAULT, min: 4, max: 10_000 } as const;
// Above it a limit is none; and the square of it is still exact.
const CONCURRENCY_MAX = 1_000_000;

const BYTES_MAX_DEFAULT = 16 * 1024 * 1024;
const WAIT_MS_DEFAULT = 1000;
const sojournDefaults = { targetMs: 10, waitMsMax: 100 } as const;
// As many as handlers of 25 µs, the shortest there are, get through in 100 ms: a law that bounds the queue by
// time is to do so itself. Were it full before, who could be served in time would be refused.
const entriesMaxDefaults = { patient: 4096, timed: 1024, sojourn: 4096 } as const;
/** The law of a queue for which none is given. */
export const queueLawDefault: QueueLawName = 'patient';

/**
 * @throws TypeError or RangeError, with `code: 'SLUICE_OPTION_INVALID'`, naming the option, what came
 * and what fits
 */
export function parseConcurrency(option: unknown): ConcurrencySettings {
  const path = 'concurrency';
  if (option === undefined) return { algorithm: 'gradient', ...openDefaults, hold: 'handler' };
  if (typeof option === 'number') return fixedAt(concurrencyAt(path, option), 'handler');
  if (option === 'adaptive') {
    return { algorithm: 'gradient', ...adaptiveDefaults, hold: 'handler' };
  }
  const fits = "a number, 'adaptive' or an object";
  if (typeof option === 'string') throw invalid(RangeError, path, option, fits);
  const given = objectAt(path, option, fits);
  refuseOthers(path, given, CONCURRENCY_NAMES, CONCURRENCY_OTHER_NAMES);
  const algorithm = oneOf(`${path}.algorithm`, given.algorithm, algorithms, 'gradient');
  const hold = oneOf(`${path}.hold`, given.hold, holds, 'handler');
  if (algorithm === 'fixed') {
    for (const name of ['min', 'max']) {
      if (given[name] === undefined) continue;
      throw invalid(TypeError, `${path}.${name}`, given[name], "nothing, with algorithm 'fixed'");
    }
    return fixedAt(
      concurrencyAt(`${path}.initial`, orDefault(given.initial, CONCURRENCY_DEFAULT)),
      hold,
    );
  }
  const max = concurrencyAt(`${path}.max`, orDefault(given.max, adaptiveDefaults.max));
  const min = concurrencyAt(
    `${path}.min`,
    orDefault(given.min, Math.min(adaptiveDefaults.min, max)),
    1,
    max,
  );
  const initialDefault = Math.min(Math.max(adaptiveDefaults.initial, min), max);
  const initial = concurrencyAt(
    `${path}.initial`,
    orDefault(given.initial, initialDefault),
    min,
    max,
  );
  return { algorithm, initial, min, max, hold };
}

/** @throws as {@link parseConcurrency} does */
export function parseQueue(option: unknown): QueueSettings {
  const path = 'queue';
  const given = objectAt(path, option === undefined ? {} : option);
  const law = oneOf(`${path}.law`, given.law, queueLaws, lawMeant(given));
  refuseOthers(path, given, namesFor(given.law, law), QUEUE_OTHER_NAMES);
  const bounds = {
    entriesMax: wholeNumberAt(
      `${path}.entriesMax`,
      orDefault(given.entriesMax, entriesMaxDefaults[law]),
      { least: 1 },
    ),
    bytesMax: wholeNumberAt(`${path}.bytesMax`, orDefault(given.bytesMax, BYTES_MAX_DEFAULT), {
      least: 1,
    }),
  };
  if (law === 'patient') return { law, ...bounds };
  if (law === 'timed') {
    return {
      law,
      waitMs: msAt(`${path}.waitMs`, orDefault(given.waitMs, WAIT_MS_DEFAULT)),
      ...bounds,
    };
  }
  const targetMs = msAt(`${path}.targetMs`, orDefault(given.targetMs, sojournDefaults.targetMs));
  const waitMsMax = msAt(
    `${path}.waitMsMax`,
    orDefault(given.waitMsMax, Math.max(sojournDefaults.waitMsMax, targetMs)),
  );
  if (waitMsMax < targetMs) {
    throw invalid(RangeError, `${path}.waitMsMax`, waitMsMax, `${targetMs} (targetMs) or more`);
  }
  return { law, targetMs, waitMsMax, ...bounds };
}

/** @throws as {@link parseConcurrency} does */
export function parseLimiterOptions(options: unknown): LimiterSettings {
  const given = objectAt('options', options === undefined ? {} : options);
  refuseOthers('', given, LIMITER_NAMES, SERVER_OTHER_NAMES);
  return {
    concurrency: parseConcurrency(given.concurrency),
    queue: parseQueue(given.queue),
  };
}

/** Where no law is named, an unknown name may be meant for any of them. */
function namesFor(named: unknown, law: QueueLawName): readonly string[] {
  const isOpen = named === undefined && law === queueLawDefault;
  return isOpen ? [...new Set(queueLaws.flatMap((one) => QUEUE_NAMES[one]))] : QUEUE_NAMES[law];
}

/** Without a word of the law, what is given says which is meant. */
function lawMeant(given: Record<string, unknown>): QueueLawName {
  if (given.waitMs !== undefined) return 'timed';
  return given.targetMs === undefined && given.waitMsMax === undefined
    ? queueLawDefault
    : 'sojourn';
}

function fixedAt(limit: number, hold: Hold): ConcurrencySettings {
  return { algorithm: 'fixed', initial: limit, min: limit, max: limit, hold };
}

function concurrencyAt(path: string, value: unknown, min = 1, max = CONCURRENCY_MAX): number {
  return wholeNumberAt(path, value, { least: min, most: max });
}
