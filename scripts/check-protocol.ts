import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import ts from '@typescript/typescript6'
import { used } from './protocol-in-use.ts'

/**
 * What the installed codex says of every message we use: `Type.field` or a method, and its type as text. Missing ones
 * are absent.
 */
export async function protocolOf(binary: string): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'codex-protocol-'))
  try {
    await execa(binary, ['app-server', 'generate-ts', '--out', folder, '--experimental'], {
      env: { CODEX_HOME: folder },
      stdin: 'ignore'
    })
    return Object.fromEntries(await partsIn(folder))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function partsIn(folder: string): Promise<[string, string][]> {
  const parts: [string, string][] = []
  for (const [type, fields] of Object.entries(used.fields)) {
    const members = await membersOf(folder, type)
    for (const field of fields) if (members.has(field)) parts.push([`${type}.${field}`, members.get(field)!])
  }
  for (const kind of ['ClientRequest', 'ServerNotification', 'ServerRequest'] as const) {
    const methods = await methodsOf(folder, kind)
    const wanted: readonly string[] = kind === 'ServerRequest' ? [...methods.keys()] : used[kind]
    for (const method of wanted) if (methods.has(method)) parts.push([`${kind} ${method}`, methods.get(method)!])
  }
  for (const type of used.whole) parts.push([type, textOf(await typeIn(folder, type))])
  return parts
}

async function typeIn(folder: string, type: string): Promise<ts.TypeNode> {
  const source = ts.createSourceFile(
    type,
    await readFile(join(folder, `${type}.ts`), 'utf8'),
    ts.ScriptTarget.Latest,
    true
  )
  const alias = source.statements.find(ts.isTypeAliasDeclaration)
  if (!alias) throw new Error(`${type} is not declared`)
  return alias.type
}

/** The fields of an object type, and of every part of a union or an intersection. */
async function membersOf(folder: string, type: string): Promise<Map<string, string>> {
  const members = new Map<string, string>()
  const visit = (node: ts.TypeNode): void => {
    if (ts.isTypeLiteralNode(node)) {
      for (const member of node.members)
        if (ts.isPropertySignature(member) && member.type)
          members.set(nameOf(member.name), `${member.questionToken ? 'optional ' : ''}${textOf(member.type)}`)
    } else if (ts.isUnionTypeNode(node) || ts.isIntersectionTypeNode(node)) node.types.forEach(visit)
    else if (ts.isParenthesizedTypeNode(node)) visit(node.type)
  }
  visit(await typeIn(folder, type))
  return members
}

/** The methods of a union of messages, with the type of their parameters. */
async function methodsOf(folder: string, kind: string): Promise<Map<string, string>> {
  const union = await typeIn(folder, kind)
  const messages = ts.isUnionTypeNode(union) ? union.types.filter(ts.isTypeLiteralNode) : []
  return new Map(
    messages.map((message) => {
      const field = (name: string) =>
        message.members.filter(ts.isPropertySignature).find((member) => nameOf(member.name) === name)?.type
      const method = field('method')
      return [
        method && ts.isLiteralTypeNode(method) && ts.isStringLiteral(method.literal) ? method.literal.text : '',
        textOf(field('params'))
      ]
    })
  )
}

const nameOf = (name: ts.PropertyName) =>
  ts.isStringLiteral(name) || ts.isIdentifier(name) ? name.text : name.getText()

/** Without comments, on one line. */
const printer = ts.createPrinter({ removeComments: true })
function textOf(node: ts.Node | undefined): string {
  return node ? printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile()).replaceAll(/\s+/g, ' ') : ''
}
