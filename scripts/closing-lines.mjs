// A reporter of vitest: names the tests that failed, and those that passed only when they were run once more
// (`retry`, in CI), in coverage/closing-lines.txt. `.ci/run` prints that file at its end, where one looks first.

import { appendFileSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../coverage/', import.meta.url));
const top = fileURLToPath(new URL('../', import.meta.url));

export default class ClosingLines {
  onTestRunEnd(modules, unhandled) {
    const lines = modules.flatMap(linesOf);
    for (const error of unhandled)
      lines.push(`failed: an error that nobody handled: ${firstLine([error])}`);
    if (lines.length === 0) return;
    const transport = process.env.SLUICE_TRANSPORT ?? 'auto';
    mkdirSync(folder, { recursive: true });
    const told = lines.map(
      (line) => `${line} (Node ${process.versions.node}, transport ${transport})\n`,
    );
    appendFileSync(`${folder}closing-lines.txt`, told.join(''));
  }
}

function linesOf(module) {
  const path = module.moduleId.replace(top, '');
  const lines = [];
  for (const test of module.children.allTests()) {
    const name = `${path} > ${test.fullName}`;
    const { state, errors } = test.result();
    if (state === 'failed') lines.push(`failed: ${name}: ${firstLine(errors)}`);
    else if (test.diagnostic()?.flaky) {
      lines.push(`passed only when run once more: ${name}: ${firstLine(errors)}`);
    }
  }
  // What is wrong with the file itself: it can't be loaded, or a hook of it failed.
  const broken = [module, ...module.children.allSuites()].flatMap((suite) => suite.errors());
  for (const error of broken) lines.push(`failed: ${path}: ${firstLine([error])}`);
  return lines;
}

function firstLine(errors) {
  return errors?.[0]?.message?.split('\n', 1)[0] ?? 'no error is known';
}
