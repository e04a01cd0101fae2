import { describe, expect, it } from 'vitest'
import { turnPlanFrom } from '../../../src/engines/app-server/thread/thread-request.ts'
import type { TurnRequest } from '../../../src/turn/request.ts'
import type { TurnPlace } from '../../../src/workspaces/workspace.ts'
import { text } from './tool-loop.ts'

const tools = [{ name: 'f' }]

/** What a turn becomes in a workspace, where codex’s sandbox is in place of permissions unless it has `bounds`. */
function planOf(request: Partial<TurnRequest> = {}, more: object = {}, bounds?: object, folder?: string) {
  const workspace = {
    ...{ model: 'm', effort: undefined, folder: '/ws', sandbox: 'read-only', profile: 'agent', addDirs: [] },
    ...{ settings: { s: 1 }, profiles: { agent: { p: 'agent' }, bare: { p: 'bare' } } },
    ...{ plainCatalog: '/catalog', userConfig: { mcpServers: ['mine'] } },
    ...more
  }
  const home = { bounds: (sandbox: string) => bounds && { ...bounds, sandbox } }
  return turnPlanFrom({ input: text('Hi.'), ...request }, { workspace, home, folder } as unknown as TurnPlace)
}
const config = (...all: Parameters<typeof planOf>) => planOf(...all).open.params.config as Record<string, unknown>

describe('a new thread', () => {
  it('is ephemeral, and has the settings of its workspace', () => {
    expect(planOf({ instructions: 'Be brief.' })).toStrictEqual({
      open: {
        method: 'thread/start',
        params: {
          ...{ model: 'm', cwd: '/ws', sandbox: 'read-only', developerInstructions: 'Be brief.', ephemeral: true },
          experimentalRawEvents: true,
          config: { s: 1, p: 'agent', thread_unload_delay_secs: 0 }
        }
      },
      ...{ inject: [], start: { input: [{ type: 'text', text: 'Hi.', text_elements: [] }] } },
      ...{ tools: undefined, mayWork: true, discardable: undefined, persistent: false }
    })
  })

  it('that is stored is none that codex reads page by page', () => {
    const { open, persistent } = planOf({ thread: { kind: 'new', persistent: true } })
    expect([open.params, persistent]).toMatchObject([{ ephemeral: false, historyMode: 'legacy' }, true])
  })

  it.each<[Partial<TurnRequest>, object]>([
    [
      { sandbox: 'workspace-write', model: 'other' },
      { sandbox: 'workspace-write', model: 'other' }
    ],
    [{ profile: 'bare' }, { config: { s: 1, p: 'bare', thread_unload_delay_secs: 0 } }]
  ])('has what its request says: %j', (request, params) => {
    expect(planOf(request).open.params).toMatchObject(params)
  })

  it('has the bounds of its home in place of a sandbox, where it can run commands', () => {
    const params = (request: Partial<TurnRequest>) => planOf(request, {}, { permissions: 'own' }).open.params
    expect(params({})).not.toHaveProperty('sandbox')
    expect(params({}).config).toMatchObject({ permissions: 'own', sandbox: 'read-only' })
    for (const request of [{ profile: 'bare' as const }, { tools }])
      expect([params(request)['sandbox'], params(request).config]).toEqual([
        'read-only',
        expect.not.objectContaining({ permissions: 'own' })
      ])
  })

  it('may write where its workspace may, and has the variables of its commands', () => {
    expect(config()).not.toHaveProperty('sandbox_workspace_write.writable_roots')
    expect(config({}, { addDirs: ['/more'] })).toHaveProperty(['sandbox_workspace_write.writable_roots'], ['/more'])
    expect(JSON.stringify(config({ commandEnv: { TOKEN: 'x' } }))).toContain('"TOKEN":"x"')
  })
})

describe('a turn with the caller’s tools', () => {
  it('has no other tools, and no instructions of codex unless it asks for them', () => {
    const { open, tools: offered, mayWork } = planOf({ tools })
    expect([mayWork, offered?.required, open.params['dynamicTools']]).toMatchObject([false, false, [{ name: 'f' }]])
    expect(open.params.config).toMatchObject({
      ...{ p: 'bare', model_catalog_json: '/catalog', mcp_servers: { mine: { enabled: false } } }
    })
    expect(config({ tools, codexInstructions: true })).toMatchObject({ p: 'agent', mcp_servers: {} })
    expect(config({ tools }, { plainCatalog: undefined })).not.toHaveProperty('model_catalog_json')
    expect(config()).not.toHaveProperty('mcp_servers')
    expect(config({ codexInstructions: true })).not.toHaveProperty('model_catalog_json')
  })

  it('is reminded after its history that it has to call one', () => {
    const history = [{ type: 'message' as const, role: 'user' as const, content: text('Before.') }]
    const { inject } = planOf({ tools, toolChoice: 'required', history })
    expect(inject).toMatchObject([{ role: 'user' }, { role: 'developer', content: [{ type: 'input_text' }] }])
    expect(planOf({ tools, history }).inject).toHaveLength(1)
  })

  it('has the calls of its history by the names that codex allows', () => {
    const history = [{ type: 'tool_call' as const, call_id: 'c', name: 'exec_command', arguments: '{}' }]
    expect(planOf({ history }).inject).toMatchObject([{ name: 'tool_exec_command' }])
    expect(planOf({ history, tools: [{ name: 'exec_command' }] }).inject).toMatchObject([{ name: 'tool_exec_command' }])
  })

  it('cannot be had in a thread that exists', () => {
    expect(() => planOf({ tools, thread: { kind: 'resume', id: 't' } })).toThrow('cannot be added')
    expect(planOf({ tools, toolChoice: 'none', thread: { kind: 'resume', id: 't' } }).open.method).toBe('thread/resume')
  })
})

describe('a thread that exists', () => {
  it('is resumed or forked, and sent what it does not contain', () => {
    const history = ['a', 'b'].map((said) => ({ type: 'message' as const, role: 'user' as const, content: text(said) }))
    const resumed = planOf({ thread: { kind: 'resume', id: 't', heldItems: 1 }, history, instructions: 'No.' })
    expect(resumed.open).toMatchObject({ method: 'thread/resume', params: { threadId: 't', excludeTurns: true } })
    expect([resumed.open.params['developerInstructions'], resumed.inject.length]).toEqual([undefined, 1])
    const { open, persistent } = planOf({ thread: { kind: 'fork', id: 't', afterTurn: 'u' } })
    expect([persistent, open]).toMatchObject([
      true,
      { method: 'thread/fork', params: { threadId: 't', lastTurnId: 'u', ephemeral: false, excludeTurns: true } }
    ])
  })
})

it.each<[Partial<TurnRequest>, object, object]>([
  [{ effort: 'low' }, { effort: 'high' }, { effort: 'low' }],
  [{}, { effort: 'high' }, { effort: 'high' }],
  [{ outputSchema: { a: 1 } }, {}, { outputSchema: { a: 1 } }],
  [{}, {}, {}]
])('a turn starts with %j in a workspace with %j', (request, workspace, start) => {
  const { input: _input, ...rest } = planOf(request, workspace).start
  expect(rest).toStrictEqual(start)
})

it('a turn may write in all of its workspace, and may work where it searches', () => {
  expect(planOf({}, {}, undefined, '/ws/below').start).toMatchObject({
    cwd: '/ws/below',
    runtimeWorkspaceRoots: ['/ws']
  })
  const searches = (more: Partial<TurnRequest>) => planOf({ profile: 'bare', ...more }).mayWork
  expect([searches({}), searches({ webSearch: { live: true } })]).toEqual([false, true])
  const { input } = planOf({ input: [{ type: 'image', url: 'data:' }] }).start
  expect(input).toEqual([{ type: 'image', url: 'data:' }])
})
