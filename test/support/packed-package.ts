import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { top } from './top.js';

/** npm, without the registry and without what `npm test` put into the environment. */
function npm(cwd: string, ...args: string[]): string {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_ENV$|VITEST)/i.test(name)),
  );
  return execFileSync(
    'npm',
    [...args, '--offline', '--no-audit', '--no-fund', '--no-update-notifier'],
    {
      cwd,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
}

/**
 * Packs a copy of the sources, and installs the tarball into a project.
 *
 * @param scratch an empty folder, for the copy and the tarball
 * @param consumer where the project is made
 * @returns the paths inside the tarball
 */
export function packAndInstall(scratch: string, consumer: string, tarballName: string): string[] {
  const sources = join(scratch, 'sources');
  mkdirSync(sources);
  mkdirSync(consumer);

  for (const name of [
    'package.json',
    'tsconfig.json',
    'tsconfig.base.json',
    'scripts/bundle.mjs',
    'src',
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    'SECURITY.md',
  ]) {
    cpSync(join(top, name), join(sources, name), { recursive: true });
  }
  symlinkSync(join(top, 'node_modules'), join(sources, 'node_modules'));
  // Packing builds (`prepack`).
  npm(sources, 'pack', '--pack-destination', scratch);

  const tarball = join(scratch, tarballName);
  const packed = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''));

  writeFileSync(join(consumer, 'package.json'), '{ "name": "consumer", "private": true }\n');
  npm(consumer, 'install', tarball);
  return packed;
}
