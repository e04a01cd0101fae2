import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const src = join(import.meta.dirname, '..', 'src')

/**
 * Which folders of `src` each folder imports from, besides itself and packages. `commands` and `app` put things together:
 * nobody but `main.ts` imports the one, nobody but `commands` the other.
 */
const folders: Record<string, readonly string[]> = {
  turn: [],
  demo: [],
  config: ['turn'],
  telemetry: ['turn'],
  access: ['turn', 'store'],
  store: ['turn'],
  text: ['turn'],
  'json-schema': [],
  models: ['turn'],
  openai: ['turn'],
  codex: ['turn'],
  executors: ['turn', 'http', 'access'],
  work: ['turn', 'store'],
  ledger: ['turn', 'store'],
  http: ['turn', 'access'],
  workspaces: ['turn', 'codex', 'store'],
  wire: ['turn'],
  broker: ['turn', 'wire'],
  worker: ['turn', 'wire', 'broker'],
  forwarding: ['turn', 'http', 'access', 'store', 'webhooks', 'wire', 'broker'], // of requests that a worker answers, both ends
  engines: ['turn', 'codex', 'workspaces', 'json-schema', 'wire', 'broker'],
  threads: ['turn', 'codex', 'workspaces', 'engines', 'store', 'work'], // they run the turns of the engine app-server, and show them
  sessions: ['turn', 'store', 'work', 'threads'],
  environments: ['turn', 'store'],
  agents: ['turn', 'codex', 'store', 'work', 'threads', 'sessions', 'environments'],
  webhooks: ['turn', 'http', 'store'], // of http the outgoing part alone
  tasks: ['turn', 'store', 'work', 'json-schema'],
  remote: ['turn', 'codex', 'workspaces', 'http', 'access'],
  api: [
    'turn',
    'agents',
    'environments',
    'http',
    'access',
    'text',
    'models',
    'openai',
    'store',
    'work',
    'threads',
    'sessions',
    'webhooks',
    'tasks',
    'json-schema',
    'ledger'
  ]
}
folders['app'] = Object.keys(folders)
folders['commands'] = Object.keys(folders)

/**
 * The same inside `codex`. `home` runs the binary once, to write a catalog of models without tools; what reads and writes
 * the lines of a process (`wire`) starts it, too. Neither `process` nor `wire` knows of a home.
 */
const codexRooms: Record<string, readonly string[]> = {
  process: ['files'],
  files: [],
  wire: ['process'],
  binary: ['process', 'files'],
  home: ['process', 'binary', 'files'],
  threads: ['process', 'files', 'home'],
  project: ['files'],
  'app-server': ['wire']
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const sources = new Map(files.map((file) => [file, readFileSync(join(src, file), 'utf8')]))

/** The files of `src` that each file imports, types included. */
const imports = new Map(
  [...sources].map(([file, source]) => [
    file,
    [...source.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, target = '']) =>
      relative(src, join(src, dirname(file), target))
    )
  ])
)

/** Every import of one file of `src` by another, as `from -> to`, that is `wrong`. */
const arrows = (wrong: (from: string, to: string) => boolean) =>
  [...imports].flatMap(([from, targets]) => targets.filter((to) => wrong(from, to)).map((to) => `${from} -> ${to}`))

const partOf = (file: string, depth: number) => file.split('/').slice(0, -1)[depth]
const folder = (file: string) => partOf(file, 0) ?? ''
const room = (file: string) => partOf(file, 1)

describe('the files of src', () => {
  it('lie in a folder, but for main.ts', () => {
    expect(files.filter((file) => !file.includes('/'))).toEqual(['main.ts'])
    expect(files.map(folder).filter((name) => name !== '' && !(name in folders))).toEqual([])
  })

  it('import only from the folders that the architecture allows', () => {
    const allowed = (name: string) => (name === '' ? ['commands'] : (folders[name] ?? []))
    expect(arrows((from, to) => folder(from) !== folder(to) && !allowed(folder(from)).includes(folder(to)))).toEqual([])
  })

  it('do not import each other in circles, types included', () => {
    expect(circles()).toEqual([])
  })

  it('know of NATS only in broker', () => {
    const users = [...sources].filter(([, source]) => source.includes("'@nats-io/")).map(([file]) => folder(file))
    expect([...new Set(users)]).toEqual(['broker'])
  })

  it('export no two functions or classes of one name, but where several APIs do the same, each in its own words', () => {
    const homes = new Map<string, string[]>()
    for (const [file, source] of sources)
      for (const [, name = ''] of source.matchAll(/^export (?:(?:async )?function\*?|class) (\w+)/gm))
        homes.set(name, [...(homes.get(name) ?? []), file])
    const isOfApis = (where: readonly string[]) => where.every((file) => ['api', 'openai'].includes(folder(file)))
    const repeated = [...homes].filter(([, where]) => where.length > 1 && !isOfApis(where)).map(([name]) => name)
    expect(repeated).toEqual(['Connection']) // to an app-server, and to a file of SQLite
  })

  it('leave the environment to config.ts', () => {
    const readers = [...sources].filter(([, source]) => /process\.env\b/.test(source)).map(([file]) => file)
    expect(readers).toEqual(['config/config.ts'])
  })
})

it('is described, folder by folder, in docs/CONTRIBUTING.md', () => {
  const text = readFileSync(join(src, '..', 'docs', 'CONTRIBUTING.md'), 'utf8')
  const described = [...text.matchAll(/^ {2}([\w-]+)\/ /gm)].map(([, name]) => name)
  expect(described.toSorted()).toEqual(
    readdirSync(src)
      .filter((name) => !name.endsWith('.ts'))
      .toSorted()
  )
})

describe('the rooms of a folder', () => {
  it.each(['api', 'engines'])('of %s are blind to each other; what they share knows none of them', (name) => {
    const inside = (file: string) => folder(file) === name && room(file) !== undefined
    expect(arrows((from, to) => folder(from) === name && inside(to) && room(from) !== room(to))).toEqual([])
  })

  it('of codex import only along its own arrows', () => {
    const inside = (file: string) => folder(file) === 'codex'
    const allowed = (name: string | undefined) => codexRooms[name ?? ''] ?? []
    const wrong = (from: string, to: string) =>
      inside(from) && inside(to) && room(from) !== room(to) && !allowed(room(from)).includes(room(to) ?? '')
    expect(arrows(wrong)).toEqual([])
  })
})

/** The groups of files that reach each other: strongly connected components, after Tarjan. */
function circles(): string[][] {
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const path: string[] = []
  const found: string[][] = []
  const visit = (file: string): number => {
    const index = order.size
    order.set(file, index)
    path.push(file)
    let low = index
    for (const target of imports.get(file) ?? []) {
      if (!order.has(target)) low = Math.min(low, visit(target))
      else if (path.includes(target)) low = Math.min(low, lowest.get(target) ?? order.get(target) ?? low)
    }
    lowest.set(file, low)
    if (low === index) {
      const group = path.splice(path.indexOf(file))
      if (group.length > 1) found.push(group)
    }
    return low
  }
  for (const file of files) if (!order.has(file)) visit(file)
  return found
}
