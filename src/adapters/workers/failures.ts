// Why a worker has ended, in words. All errors have `code: 'SLUICE_WORKER'`, and what the worker said as their `cause`.

/** How a process has ended. */
export interface HowEnded {
  readonly code: number | null;
  readonly signal: string | null;
}

/** It was never ready. */
export function failedFor(said: Error | undefined, how: HowEnded): Error {
  const reason =
    said === undefined ? `it ended ${wordsFor(how)} before it was ready` : said.message;
  return workerError(`a worker could not start: ${reason}`, said);
}

/** It served, and nobody had told it to end. */
export function cutShort(said: Error | undefined, how: HowEnded): Error {
  return workerError(`a worker ended ${wordsFor(how)}`, said);
}

export function tooLate(startMs: number): Error {
  return new Error(`start() has not settled within ${startMs} ms (startMs)`);
}

export function closedMeanwhile(): Error {
  const error = new Error('the workers were closed meanwhile');
  return Object.assign(error, { code: 'SLUICE_WORKERS_CLOSED' });
}

function workerError(message: string, cause: Error | undefined): Error {
  const error = cause === undefined ? new Error(message) : new Error(message, { cause });
  return Object.assign(error, { code: 'SLUICE_WORKER' });
}

function wordsFor({ code, signal }: HowEnded): string {
  return signal === null ? `with exit code ${code}` : `by ${signal}`;
}
