import ts from '@typescript/typescript6'

/** One change to one place of a file. */
export interface Mutant {
  file: string
  /** From 1. */
  line: number
  start: number
  end: number
  original: string
  replacement: string
}

const operators: Record<string, string> = {
  '===': '!==',
  '!==': '===',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '&&': '||',
  '||': '&&',
  '+': '-',
  '-': '+',
  '+=': '-=',
  '-=': '+='
}

/**
 * Every mutant of a source text: operators, booleans, conditions, calls that are left out, and small numbers. Larger
 * ones are limits and times, whose last digit is nobody's promise; Stryker changes no numbers at all.
 */
export function mutantsOf(file: string, text: string): Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const mutants: Mutant[] = []
  const visit = (node: ts.Node) => {
    for (const [target, replacement] of changesOf(node)) {
      const start = target.getStart(source)
      const { line } = source.getLineAndCharacterOfPosition(start)
      mutants.push({ file, line: line + 1, start, end: target.end, original: target.getText(source), replacement })
    }
    if (!ts.isTypeNode(node) && !ts.isInterfaceDeclaration(node)) ts.forEachChild(node, visit)
  }
  visit(source)
  return mutants
}

function changesOf(node: ts.Node): [ts.Node, string][] {
  if (ts.isBinaryExpression(node)) {
    const other = operators[node.operatorToken.getText()]
    return other === undefined ? [] : [[node.operatorToken, other]]
  }
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [[node, 'false']]
  if (node.kind === ts.SyntaxKind.FalseKeyword) return [[node, 'true']]
  if (ts.isNumericLiteral(node)) return Number(node.text) <= 2 ? [[node, `(${node.text} + 1)`]] : []
  if (ts.isIfStatement(node)) return [[node.expression, `!(${node.expression.getText()})`]]
  if (ts.isConditionalExpression(node)) return [[node.condition, `!(${node.condition.getText()})`]]
  if (ts.isExpressionStatement(node)) return [[node, ';']]
  return []
}
