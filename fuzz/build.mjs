// Compiles the parser, the server, the oracle and the targets to fuzz/.build, with a counter in each
// branch of what stands in src/: `globalThis.sluiceBranches[n]++`. The fuzzer reads from them what an
// input has reached, for the price of an increment.

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const configPath = fileURLToPath(new URL('tsconfig.json', import.meta.url));
/** More than there are branches; `branches.json` says how many. */
const COUNTERS = 2 ** 15;

const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (one) => fail([one]) };
const config = ts.getParsedCommandLineOfConfigFile(configPath, {}, host);
const program = ts.createProgram({ rootNames: config.fileNames, options: config.options });
// Types are for `npm run lint`: to check them here takes most of the time.
const diagnostics = [...config.errors, ...program.getSyntacticDiagnostics()];
if (diagnostics.length > 0) fail(diagnostics);

/** Where each branch stands, by number. */
const branches = [];
program.emit(undefined, undefined, undefined, false, { after: [countBranches] });
if (branches.length > COUNTERS) throw new Error(`${branches.length} branches need more counters`);
writeFileSync(new URL('.build/branches.json', import.meta.url), JSON.stringify(branches));

function fail(list) {
  const formatHost = {
    getCanonicalFileName: (path) => path,
    getCurrentDirectory: () => root,
    getNewLine: () => '\n',
  };
  console.error(ts.formatDiagnostics(list, formatHost));
  process.exit(1);
}

/** A transformer that lets every branch of a file of src/ count how often it is taken. */
function countBranches(context) {
  const { factory } = context;
  return (file) => {
    const path = ts.getOriginalNode(file).fileName?.slice(root.length) ?? '';
    if (!path.startsWith('src/')) return file;

    const next = (node) => {
      const original = ts.getOriginalNode(node);
      const at = original.pos < 0 ? 0 : file.getLineAndCharacterOfPosition(original.pos).line + 1;
      return branches.push(`${path}:${at}`) - 1;
    };
    const count = (node) => {
      const counters = factory.createIdentifier('sluiceBranches');
      const counter = factory.createElementAccessExpression(counters, next(node));
      return factory.createPostfixIncrement(counter);
    };
    const statement = (node) => factory.createExpressionStatement(count(node));
    const counted = (node) => factory.createBlock([statement(node), ...statementsOf(node)], true);
    const either = (node) =>
      factory.createParenthesizedExpression(
        factory.createComma(count(node), factory.createParenthesizedExpression(node)),
      );

    const visit = (given) => {
      const node = ts.visitEachChild(given, visit, context);
      if (ts.isBlock(node) && ts.isFunctionLike(given.parent ?? ts.getOriginalNode(given).parent))
        return counted(node);
      if (ts.isIfStatement(node)) {
        const rest = node.elseStatement ?? factory.createEmptyStatement();
        return factory.updateIfStatement(
          node,
          node.expression,
          counted(node.thenStatement),
          counted(rest),
        );
      }
      if (ts.isCaseClause(node))
        return factory.updateCaseClause(node, node.expression, [
          statement(node),
          ...node.statements,
        ]);
      if (ts.isDefaultClause(node))
        return factory.updateDefaultClause(node, [statement(node), ...node.statements]);
      if (ts.isWhileStatement(node))
        return factory.updateWhileStatement(node, node.expression, counted(node.statement));
      if (ts.isForStatement(node)) {
        const { initializer, condition, incrementor } = node;
        const body = counted(node.statement);
        return factory.updateForStatement(node, initializer, condition, incrementor, body);
      }
      if (ts.isConditionalExpression(node)) {
        const { condition, questionToken, whenTrue, colonToken, whenFalse } = node;
        return factory.updateConditionalExpression(
          node,
          condition,
          questionToken,
          either(whenTrue),
          colonToken,
          either(whenFalse),
        );
      }
      if (ts.isBinaryExpression(node) && isShortCircuit(node.operatorToken.kind))
        return factory.updateBinaryExpression(
          node,
          node.left,
          node.operatorToken,
          either(node.right),
        );
      return node;
    };

    const body = ts.visitEachChild(file, visit, context);
    return factory.updateSourceFile(body, [declaration(factory), ...body.statements]);
  };
}

function statementsOf(node) {
  if (ts.isBlock(node)) return node.statements;
  return ts.isEmptyStatement(node) ? [] : [node];
}

function isShortCircuit(kind) {
  return (
    kind === ts.SyntaxKind.AmpersandAmpersandToken ||
    kind === ts.SyntaxKind.BarBarToken ||
    kind === ts.SyntaxKind.QuestionQuestionToken
  );
}

/** `const sluiceBranches = globalThis.sluiceBranches ??= new Uint32Array(…)` */
function declaration(factory) {
  const shared = factory.createPropertyAccessExpression(
    factory.createIdentifier('globalThis'),
    'sluiceBranches',
  );
  const made = factory.createNewExpression(factory.createIdentifier('Uint32Array'), undefined, [
    factory.createNumericLiteral(COUNTERS),
  ]);
  const value = factory.createAssignment(
    shared,
    factory.createBinaryExpression(shared, ts.SyntaxKind.QuestionQuestionToken, made),
  );
  const variable = factory.createVariableDeclaration('sluiceBranches', undefined, undefined, value);
  return factory.createVariableStatement(
    undefined,
    factory.createVariableDeclarationList([variable], ts.NodeFlags.Const),
  );
}
