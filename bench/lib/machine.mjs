// What has to stand beside a figure for it to mean something.

import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

const top = fileURLToPath(new URL('../../', import.meta.url));

function git(...args) {
  try {
    return execFileSync('git', ['-C', top, ...args], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

export function machineFacts(nodePath = process.execPath) {
  const versions = execFileSync(nodePath, ['-p', 'JSON.stringify(process.versions)']);
  const { node, v8, uv } = JSON.parse(versions);
  return {
    commit: git('rev-parse', '--short=12', 'HEAD'),
    hasUncommitted: git('status', '--porcelain', '--', 'src') !== '',
    date: new Date().toISOString(),
    node,
    v8,
    uv,
    processor: cpus()[0]?.model.trim(),
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    loadBefore: loadavg()[0],
  };
}
