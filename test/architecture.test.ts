import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const src = join(import.meta.dirname, '..', 'src')

/** Which folders each folder may import from, besides itself and packages. Files at the top of `src` put things together. */
const allowed: Record<string, string[]> = {
  turn: [],
  codex: ['turn'],
  engines: ['turn', 'codex'],
  http: ['turn'],
  openai: ['turn'],
  store: [],
  api: ['turn', 'http', 'openai', 'store'],
  demo: []
}

/** `commands` is the inside of `main.ts`: it may import everything, and nobody but `main.ts` imports it. */
const everything = ['commands']

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

function imports(file: string): string[] {
  const source = readFileSync(join(src, file), 'utf8')
  return [...source.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) =>
    relative(src, join(src, dirname(file), match[1] ?? ''))
  )
}

const folder = (file: string) => (file.includes('/') ? file.split('/')[0] : undefined)
/** `api/chat`, `engines/exec`: siblings that are blind to each other. */
const room = (file: string) => file.split('/').slice(0, -1).slice(0, 2).join('/')

describe('the folders of src', () => {
  it('import only from the folders that the architecture allows', () => {
    const wrong = files.flatMap((file) => {
      const from = folder(file)
      if (from === undefined || everything.includes(from)) return []
      return imports(file)
        .filter((target) => folder(target) !== from && !allowed[from]?.includes(folder(target) ?? ''))
        .map((target) => `${file} -> ${target}`)
    })
    expect(wrong).toEqual([])
  })

  it('keep protocols blind to each other, and engines too', () => {
    const wrong = files.flatMap((file) => {
      const from = room(file)
      if (!/^(api|engines)\//.test(from)) return []
      return imports(file)
        .filter((target) => room(target) !== from && /^(api|engines)\/./.test(room(target)))
        .map((target) => `${file} -> ${target}`)
    })
    expect(wrong).toEqual([])
  })

  it('leave the environment to config.ts', () => {
    const readers = files.filter((file) => /process\.env\b/.test(readFileSync(join(src, file), 'utf8')))
    expect(readers).toEqual(['config.ts'])
  })
})
