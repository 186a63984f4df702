// Finds what to serve. A directory becomes static files. A module is imported, and its handler is
// used.

import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { staticFiles } from '../adapters/static-files/index.js';
import type { ServerOptions } from '../index.js';
import { CommandFailure, codeOf, describe } from './failure.js';

export interface Target {
  /** A description for people. */
  readonly label: string;
  readonly options: ServerOptions;
}

/** Finds and loads the target of the command line. Throws a CommandFailure. */
export async function loadTarget(name: string, cwd: string): Promise<Target> {
  const path = resolve(cwd, name);
  const kind = await kindOf(path, name);
  if (kind === 'directory') return { label: `the files in ${path}`, options: filesOf(path, name) };
  if (kind === 'file') return { label: name, options: await importOptions(path, name) };

  const resolved = resolveSpecifier(name, cwd);
  if (resolved === undefined) {
    throw new CommandFailure(`there is no directory or module '${name}'`);
  }
  return { label: name, options: await importOptions(resolved, name) };
}

async function kindOf(path: string, name: string): Promise<'directory' | 'file' | 'absent'> {
  try {
    return (await stat(path)).isDirectory() ? 'directory' : 'file';
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'absent';
    throw new CommandFailure(`cannot read '${name}': ${describe(error)}`);
  }
}

function filesOf(path: string, name: string): ServerOptions {
  try {
    return { fetch: staticFiles(path) };
  } catch (error) {
    throw new CommandFailure(`cannot read '${name}': ${describe(error)}`);
  }
}

/** A package (`some-app/server`), or a path without its extension, relative to `cwd`. */
function resolveSpecifier(name: string, cwd: string): string | undefined {
  try {
    const path = createRequire(join(cwd, 'sluice.js')).resolve(name);
    return isAbsolute(path) ? path : undefined; // A module of Node itself is no target.
  } catch {
    return undefined; // For any reason: there is no such module.
  }
}

const MODULE_EXTENSIONS: ReadonlySet<string> = new Set([
  '.js',
  '.mjs',
  '.cjs',
  '.ts',
  '.mts',
  '.cts',
]);

async function importOptions(path: string, name: string): Promise<ServerOptions> {
  if (!MODULE_EXTENSIONS.has(extname(path))) {
    throw new CommandFailure(
      `'${name}' is neither a directory nor a module (.js, .mjs, .cjs, .ts)`,
    );
  }
  let options: ServerOptions | undefined;
  try {
    options = optionsOf(await import(pathToFileURL(path).href));
  } catch (error) {
    if (codeOf(error) === 'ERR_UNKNOWN_FILE_EXTENSION' && /ts$/.test(path)) {
      throw new CommandFailure(
        `Node ${process.versions.node} can't load '${name}': TypeScript needs Node 22.18 or later`,
      );
    }
    // The stack of a SyntaxError does not show the place. Node prints the place only at the end of
    // the process.
    const hint = error instanceof SyntaxError ? ` (\`node ${name}\` shows where)` : '';
    throw new CommandFailure(`'${name}' could not be loaded: ${describe(error)}${hint}`);
  }
  if (options === undefined) {
    throw new CommandFailure(
      `'${name}' has no handler: it needs \`export default { fetch(request) { … } }\` or \`export function fetch\``,
    );
  }
  return options;
}

/**
 * The default export if it has a `fetch`, else the `fetch` of the module itself. In a plain object,
 * each other property is an option of createServer. An instance of a class (Hono, h3) has its own
 * properties, so only its `fetch` is used.
 */
export function optionsOf(exported: Readonly<Record<string, unknown>>): ServerOptions | undefined {
  const main = defaultOf(exported);
  if (hasFetch(main)) {
    const fetch: ServerOptions['fetch'] = (request, context) => main.fetch(request, context);
    return isPlainObject(main) ? { ...main, fetch } : { fetch };
  }
  return hasFetch(exported) ? { fetch: exported.fetch } : undefined;
}

/**
 * The default export. To Node, that of a CommonJS module is all it exports. What a compiler has made of a module
 * with `export default` has that as a member.
 */
function defaultOf(exported: Readonly<Record<string, unknown>>): unknown {
  const main = exported.default;
  const isCompiled =
    typeof main === 'object' && main !== null && '__esModule' in main && 'default' in main;
  return isCompiled && !hasFetch(main) ? main.default : main;
}

/** The boundary to untyped code: createServer checks the rest. */
function hasFetch(value: unknown): value is ServerOptions {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  return 'fetch' in value && typeof value.fetch === 'function';
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
