import ts from 'typescript';

const ambientGlobals: ReadonlySet<string> = new Set([
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
]);

const ambientMembers: ReadonlySet<string> = new Set([
  'Date.now',
  'Math.random',
  'crypto.getRandomValues',
  'crypto.randomUUID',
  'process.hrtime',
  'process.uptime',
]);

const roots: ReadonlySet<string> = new Set(['globalThis', 'global']);

/**
 * Finds where a source text takes the time, chance or a timer from its surroundings, as
 * `line: name`. It reads the syntax tree, so comments, strings and members of other objects
 * (`this.clock.setTimeout`) don't count; `globalThis.setTimeout`, `new Date()` and a global that
 * is only passed on (`const after = setTimeout`) do.
 */
export function ambientUses(path: string, text: string): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const found: string[] = [];

  const add = (node: ts.Node, name: string): void => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    found.push(`${line + 1}: ${name}`);
  };

  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
      const name = `${node.expression.text}.${node.name.text}`;
      const ofRoot = roots.has(node.expression.text) && ambientGlobals.has(node.name.text);
      if (ambientMembers.has(name) || ofRoot) add(node, name);
    }
    if (ts.isIdentifier(node) && ambientGlobals.has(node.text) && isReference(node)) {
      add(node, node.text);
    }
    const makesDate = ts.isNewExpression(node) || ts.isCallExpression(node);
    if (makesDate && ts.isIdentifier(node.expression) && node.expression.text === 'Date') {
      // `new Date(ms)` only formats a time that was given; the other forms read the clock.
      if (ts.isCallExpression(node) || (node.arguments?.length ?? 0) === 0) add(node, 'Date()');
    }
    ts.forEachChild(node, visit);
  };

  visit(source);
  return found;
}

/** True where the identifier stands for a variable, and is not the name of a member. */
function isReference(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  return !(
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isQualifiedName(parent)
  );
}
