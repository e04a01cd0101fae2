import { describe, expect, it } from 'vitest'
import { toolNames } from '../../../src/engines/app-server/thread/tool-names.ts'
import type { TurnEvent } from '../../../src/turn/event.ts'
import type { HistoryItem } from '../../../src/turn/request.ts'
import { answer, says } from '../../support/upstream/answer.ts'
import { functionCall } from '../../support/upstream/items.ts'
import { deltasOf, sharedAppServer } from './rig.ts'

const reserved = ['mcp', 'mcp__github__create_issue', 'exec_command', 'shell_command', `mcp__${'x'.repeat(123)}`]
const calledIn = (events: TurnEvent[]) => events.flatMap((event) => (event.type === 'tool.called' ? event.name : []))

describe('names that codex reserves', () => {
  const rig = sharedAppServer({ tools: true })

  it.each(reserved)('are offered under another, and called by their own: %s', async (name) => {
    const other = toolNames([name]).toCodex(name)
    rig().upstream.answerNext(answer([functionCall(other, { a: 1 })]))
    const events = await rig().run({ tools: [{ name }, { name: 'mcp_x' }], toolChoice: 'required' })
    expect(
      rig()
        .upstream.requests.at(-1)
        ?.tools.map((tool) => tool.name)
    ).toEqual([other, 'mcp_x'])
    expect(calledIn(events)).toEqual([name])
    const history: HistoryItem[] = [
      { type: 'tool_call', call_id: 'c', name, arguments: '{"a":1}' },
      { type: 'tool_result', call_id: 'c', output: [{ type: 'text', text: 'done' }] }
    ]
    rig().upstream.answerNext(says('Good.'))
    expect(deltasOf(await rig().run({ tools: [{ name }], input: [], history }))).toBe('Good.')
    expect(JSON.stringify(rig().upstream.requests.at(-1)?.body['input'])).toContain(`"name":"${other}"`)
  })

  it.each([
    'apply_patch',
    'update_plan',
    'view_image',
    'web_search',
    'shell',
    'local_shell',
    'exec',
    'write_stdin',
    'js'
  ])('are not these: %s', async (name) => {
    rig().upstream.answerNext(answer([functionCall(name, {})]))
    const events = await rig().run({ tools: [{ name }] })
    expect(calledIn(events)).toEqual([name])
  })
})

describe('a name of the caller’s', () => {
  it('stays as it is where codex takes it', () => {
    const { toCodex, fromCodex } = toolNames(['a', 'mcp_x', 'MCP__x'])
    expect(['a', 'mcp_x', 'MCP__x'].map(toCodex)).toEqual(['a', 'mcp_x', 'MCP__x'])
    expect(fromCodex('exec')).toBeUndefined()
  })

  it('stays unique, recognisable, and within 128 letters', () => {
    const long = `mcp__${'x'.repeat(123)}`
    const names = ['tool_mcp', 'mcp', 'mcp__a', 'tool_mcp__a', 'tool_mcp__a_2', long, `tool_${long}`.slice(0, 128)]
    const { toCodex, fromCodex } = toolNames(names)
    const codexNames = names.map(toCodex)
    expect(new Set(codexNames).size).toBe(names.length)
    expect(codexNames.map(fromCodex)).toEqual(names)
    expect(codexNames.slice(0, 3)).toEqual(['tool_mcp', 'tool_mcp_2', 'tool_mcp__a_3'])
    expect(codexNames.filter((name) => name.length > 128)).toEqual([])
  })
})
