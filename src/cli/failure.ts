import { printable } from '../adapters/access-log/printable.js';
import { inWords } from '../options/in-words.js';

/** A problem outside of sluice. Its message is the one line that is printed. */
export class CommandFailure extends Error {
  override readonly name: string = 'CommandFailure';
}

/** A wrong command line, of which only the server or its module could tell. */
export class UsageFailure extends CommandFailure {
  override readonly name = 'UsageFailure';
}

/** The same with the error of a worker, which has come as text. */
export function failureNamed(name: string, message: string): CommandFailure {
  return name === 'UsageFailure' ? new UsageFailure(message) : new CommandFailure(message);
}

/** The reason why the server could not listen, with advice. */
export function listenFailure(
  error: unknown,
  host: string,
  port: number,
  flags: { readonly port: string; readonly host: string } = { port: '--port', host: '--host' },
): CommandFailure {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new CommandFailure(
        `port ${port} on ${host} is in use: stop what holds it, or choose another with ${flags.port}`,
      );
    case 'EACCES':
      return new CommandFailure(
        `no permission to listen on port ${port} on ${host}: choose another with ${flags.port}`,
      );
    case 'EADDRNOTAVAIL':
      return new CommandFailure(
        `${host} is not an address of this machine: choose another with ${flags.host}`,
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new CommandFailure(
        `there is no host with the name ${host}: choose another with ${flags.host}`,
      );
    default:
      return new CommandFailure(`cannot listen on port ${port} on ${host}: ${describe(error)}`);
  }
}

/** The error of a handler, with its stack. Only this text has more than one line. */
export function handlerFailure(error: unknown, request: Request | undefined): string {
  const what = request === undefined ? 'error' : `${request.method} ${request.url}`;
  return `sluice: ${printable(what)}: ${stackOf(error).split('\n').map(printable).join('\n')}`;
}

/** The stack of an error. An application may have put anything there, or a getter that throws. */
function stackOf(error: unknown): string {
  try {
    if (error instanceof Error && typeof error.stack === 'string') return error.stack;
  } catch {
    // It can't be looked at.
  }
  return inWords(error);
}

/** An error (or any thrown value) on one line: its name, its message, and its place in a file. */
export function describe(error: unknown): string {
  try {
    if (error instanceof Error) return printable(lineOf(error));
  } catch {
    // Its name, or its message, can't be looked at.
  }
  return printable(inWords(error));
}

function lineOf(error: Error): string {
  const message = String(error.message).split('\n', 1)[0] ?? '';
  const place = placeOf(stackOf(error));
  const text = `${error.name}: ${message}`;
  return place === undefined ? text : `${text} (${place})`;
}

export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Where sluice itself lies: no place for the user to look. */
const OWN: string = new URL('.', import.meta.url).href;

/** The first place in a file of the user's that the stack names, as `app.js:3`. */
function placeOf(stack: string): string | undefined {
  const places = stack.matchAll(/(file:\/\/[^\s()]*\/)([^\s()/]+:\d+):\d+\)?$/gm);
  for (const [, folder, place] of places) if (folder !== OWN) return place;
  return undefined;
}
