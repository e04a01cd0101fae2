import ts from '@typescript/typescript6'
import type { Mutant } from './mutants.ts'

/**
 * The source text with all of its mutants in it (mutant schemata): `globalThis.__mutant(number)` says whether one is
 * active; where there is no such function, as in other processes, none is. Throws if a mutant has no place.
 */
export function schemataOf(text: string, mutants: readonly Mutant[], numberOf: (mutant: Mutant) => number): string {
  const source = ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true)
  const left = new Map(mutants.map((mutant) => [keyOf(mutant), mutant]))
  const start = (node: ts.Node) => node.getStart(source)
  const take = (target: ts.Node, replacement: string | undefined): Mutant | undefined => {
    const key = keyOf({ start: start(target), end: target.end, replacement: replacement ?? '' })
    const mutant = left.get(key)
    left.delete(key)
    return mutant
  }
  const isOn = (mutant: Mutant) => `globalThis.__mutant?.(${numberOf(mutant)})`
  const choice = (mutant: Mutant | undefined, changed: string, unchanged: string) =>
    mutant ? `(${isOn(mutant)} ? ${changed} : ${unchanged})` : unchanged

  const rewritten = (node: ts.Node): string => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node)) return node.getText(source)
    let [written, position] = ['', start(node)]
    ts.forEachChild(node, (child) => {
      if (start(child) < position || child.end === start(child)) return
      written += text.slice(position, start(child)) + asPartOf(node, child)
      position = child.end
    })
    return withOwn(node, written + text.slice(position, node.end))
  }
  /** A condition is negated as a part of what it decides. */
  const asPartOf = (node: ts.Node, child: ts.Node): string => {
    const isCondition =
      (ts.isIfStatement(node) && node.expression === child) ||
      (ts.isConditionalExpression(node) && node.condition === child)
    const negated = `!(${child.getText(source)})`
    const mutant = isCondition ? take(child, negated) : undefined
    return choice(mutant, negated, rewritten(child))
  }
  const withOwn = (node: ts.Node, written: string): string => {
    if (ts.isExpressionStatement(node)) {
      const mutant = take(node, ';')
      return mutant ? `{ if (!${isOn(mutant)}) { ${written} } }` : written
    }
    if (ts.isBinaryExpression(node)) {
      const operator = node.operatorToken
      const mutant = [...left.values()].find((other) => other.start === start(operator) && other.end === operator.end)
      if (!mutant) return written
      take(operator, mutant.replacement)
      const changed = text.slice(start(node), mutant.start) + mutant.replacement + text.slice(mutant.end, node.end)
      return choice(mutant, changed, written)
    }
    const replacement = replacements[node.kind]?.(node.getText(source))
    return replacement === undefined ? written : choice(take(node, replacement), replacement, written)
  }

  const result = text.slice(0, start(source)) + rewritten(source)
  for (const { line, original } of left.values()) throw new Error(`no place for a mutant: line ${line}: ${original}`)
  return result
}

const replacements: Partial<Record<ts.SyntaxKind, (original: string) => string>> = {
  [ts.SyntaxKind.TrueKeyword]: () => 'false',
  [ts.SyntaxKind.FalseKeyword]: () => 'true',
  [ts.SyntaxKind.NumericLiteral]: (original) => `(${original} + 1)`
}

const keyOf = ({ start, end, replacement }: Pick<Mutant, 'start' | 'end' | 'replacement'>) =>
  `${start} ${end} ${replacement}`
