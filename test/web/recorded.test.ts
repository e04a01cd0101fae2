import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reduce, viewFrom } from '../../web/session/reduce.ts'
import { emptyView } from '../../web/session/types.ts'
import type { SessionEvent } from '../../web/session/types.ts'

/** What a real app-server sent in a turn, as the events of a session. */
function recorded(name: string): SessionEvent[] {
  const path = join(import.meta.dirname, '..', 'fixtures', 'app-server', `${name}.jsonl`)
  const lines = readFileSync(path, 'utf8').trim().split('\n')
  return lines.map((line, index) => ({ id: index + 1, event: 'notification', data: JSON.parse(line) as unknown }))
}

describe('a view of what a real app-server sent', () => {
  it('has the message and the answer', () => {
    expect(viewFrom(recorded('text')).entries.map(({ kind }) => kind)).toEqual(['user', 'message'])
  })

  it('has a command, what it printed and how it ended', () => {
    expect(viewFrom(recorded('command')).entries).toContainEqual(
      expect.objectContaining({
        kind: 'command',
        command: 'echo out; echo more',
        output: 'out\nmore\n',
        exitCode: 0,
        status: 'completed'
      })
    )
  })

  it('has changed files with what changed in them', () => {
    const changes = [{ path: '/workspace/hello.txt', kind: 'add', movedTo: null, diff: 'hello\n' }]
    expect(viewFrom(recorded('file-change')).entries).toContainEqual(
      expect.objectContaining({ kind: 'files', changes, status: 'completed' })
    )
  })

  it('has one plan, as it is at the end', () => {
    const plans = viewFrom(recorded('todo-list')).entries.filter(({ kind }) => kind === 'plan')
    expect(plans).toEqual([
      expect.objectContaining({
        steps: [
          { step: 'Look', status: 'completed' },
          { step: 'Act', status: 'completed' }
        ]
      })
    ])
  })

  it.each(['reasoning', 'messages', 'mcp-tool-call', 'web-search', 'command'])(
    'is the same whether it streams or is complete: %s',
    (name) => {
      const events = recorded(name)
      const withoutDeltas = events.filter(({ data }) => !(data as { method: string }).method.endsWith('elta'))
      expect(viewFrom(withoutDeltas).entries).toEqual(viewFrom(events).entries)
      expect(viewFrom(events).entries.length).toBeGreaterThan(1)
    }
  )

  it('counts the tokens', () => {
    expect(viewFrom(recorded('command')).tokens).toEqual({ total: 240, last: 120, window: 258_400 })
  })

  it('says why a turn failed', () => {
    expect(viewFrom(recorded('http-bad-request')).entries.at(-1)).toMatchObject({ kind: 'notice', level: 'error' })
  })

  it('is the same wherever the stream was cut, and however often it repeats itself', () => {
    const events = recorded('command')
    const complete = viewFrom(events)
    fc.assert(
      fc.property(fc.array(fc.nat(events.length - 1), { maxLength: 5 }), (cuts) => {
        const parts = cuts.map((cut) => events.slice(0, cut + 1))
        expect([...parts, events].reduce(reduce, emptyView)).toEqual(complete)
      })
    )
  })
})
