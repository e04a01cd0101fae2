import { describe, expect, it } from 'vitest'
import type { FilterContext } from '../../src/remote/filter/context.ts'
import { Exchange } from '../../src/remote/filter/exchange.ts'
import { incoming } from '../../src/remote/filter/incoming.ts'
import { methods } from '../../src/remote/filter/methods.ts'
import { allowedReply } from '../../src/remote/filter/replies.ts'
import { installedMethods } from '../codex/app-server/installed-methods.ts'

const context: FilterContext = {
  folder: '/work',
  sandbox: 'workspace-write',
  approvals: ['on-request'],
  models: ['gpt-5.5']
}
const installed = installedMethods()

const told = (method: string, params: object, its = context) => incoming({ id: 1, method, params }, its)
const passed = (method: string, params: object, its = context) => {
  const verdict = told(method, params, its)
  if (verdict.kind === 'answered') throw new Error(JSON.stringify(verdict.messages))
  return (verdict.message as { params: Record<string, unknown> }).params
}
const refusal = (method: string, params: object) => {
  const verdict = told(method, params)
  if (verdict.kind === 'passed') throw new Error(`passed: ${JSON.stringify(verdict.message)}`)
  return (verdict.messages[0] as { error?: { code: number; message: string } }).error
}
const input = [{ type: 'text', text: 'x' }]

describe('the filter of methods', () => {
  it('knows every parameter of the methods that it lets through', () => {
    for (const [method, { parameters }] of Object.entries(methods)) {
      const all = installed.get(method) ?? []
      if (all.length > 0) expect([method, ...Object.keys(parameters).toSorted()]).toEqual([method, ...all.toSorted()])
    }
  })

  it('refuses all others of the installed codex, and unknown ones', () => {
    const others = [...installed.keys()].filter((method) => !Object.hasOwn(methods, method))
    const special = ['initialize', 'thread/shellCommand']
    expect(others.length).toBeGreaterThan(100)
    for (const method of [...others.filter((one) => !special.includes(one)), 'thread/brandNew', 'constructor', ''])
      expect(refusal(method, {})).toMatchObject({ code: -32_601 })
    const dangerous =
      /^(?:fs|process|command|marketplace|remoteControl)\/|^config\/(?!read)|^account\/log|^plugin\/(?!installed)/
    expect(Object.keys(methods).filter((method) => dangerous.test(method))).toEqual([])
  })

  it('refuses a parameter that it does not know', () => {
    expect(refusal('turn/start', { threadId: 't', input, brandNew: 1 })).toMatchObject({ code: -32_602 })
    expect(refusal('thread/list', JSON.parse('{"__proto__": {"a": 1}}') as object)).toMatchObject({ code: -32_602 })
  })

  it('tells of a typed command as of one that failed, in a turn that ends', () => {
    const verdict = told('thread/shellCommand', { threadId: 't', command: 'id' })
    expect(verdict).toMatchObject({
      kind: 'answered',
      messages: [{ id: 1, result: {} }, {}, {}, {}, { method: 'turn/completed' }]
    })
  })
})

describe('the ceiling', () => {
  it.each(['thread/start', 'thread/resume', 'thread/fork'])('narrows what %s asks for', (method) => {
    const wide = { sandbox: 'danger-full-access', approvalPolicy: 'never', cwd: '/etc', modelProvider: 'evil' }
    expect(passed(method, wide)).toMatchObject({ permissions: 'gateway-workspace-write', approvalPolicy: 'on-request' })
    expect(Object.keys(passed(method, wide))).not.toContain('modelProvider')
    expect(passed(method, wide)['cwd'] ?? '/work').toBe('/work')
    expect(passed(method, { permissions: ':danger-full-access' })).toMatchObject({
      permissions: 'gateway-workspace-write'
    })
    expect(passed(method, { permissions: 'evil' })).toMatchObject({ permissions: 'gateway-read-only' })
    expect(passed(method, { sandbox: 'read-only', permissions: ':workspace' })).toMatchObject({
      permissions: 'gateway-workspace-write'
    })
    const readOnly = { ...context, sandbox: 'read-only' as const }
    expect(passed(method, { sandbox: 'workspace-write' }, readOnly)).toMatchObject({ permissions: 'gateway-read-only' })
    expect(passed(method, { model: 'gpt-6-sol', approvalsReviewer: 'auto_review' })).not.toHaveProperty('model')
    for (const harmful of [{ path: '/etc/passwd' }, { history: [{}] }])
      expect(refusal(method, harmful)).toMatchObject({ code: -32_602 })
  })

  it.each([
    { sandboxPolicy: { type: 'dangerFullAccess' } },
    { sandboxPolicy: { type: 'externalSandbox' } },
    { sandboxPolicy: { type: 'workspaceWrite', networkAccess: true } },
    { permissions: ':danger-full-access' },
    { permissions: 'another' },
    { approvalPolicy: 'never' },
    { approvalPolicy: { granular: { mcp_elicitations: false, rules: false, sandbox_approval: false } } },
    { approvalsReviewer: 'auto_review' },
    { model: 'gpt-6-sol' },
    { collaborationMode: { mode: 'plan', settings: { model: 'gpt-6-sol' } } },
    { environments: [{ environmentId: 'local', cwd: '/' }] }
  ])('refuses in a turn and for a thread: %j', (wide) => {
    expect(refusal('turn/start', { threadId: 't', input, ...wide })?.code).toBe(-32_602)
    expect(refusal('thread/settings/update', { threadId: 't', ...wide })?.code).toBe(-32_602)
  })

  it('lets narrower ones pass, without the places that they name', () => {
    const policy = { type: 'workspaceWrite', writableRoots: ['/etc'], networkAccess: false }
    const turn = { threadId: 't', input, sandboxPolicy: policy, cwd: '/etc', runtimeWorkspaceRoots: ['/'] }
    expect(passed('turn/start', turn)).toEqual({ threadId: 't', input, permissions: 'gateway-workspace-write' })
    expect(passed('thread/settings/update', { threadId: 't', permissions: ':read-only' })).toEqual({
      threadId: 't',
      permissions: 'gateway-read-only'
    })
  })

  it.each([
    { type: 'localImage', path: '/etc/passwd' },
    { type: 'image', url: 'file:///etc/passwd' },
    { type: 'image', url: 'https://internal.example/x.png' },
    { type: 'image', fileId: 'file-1' },
    { type: 'localAudio', path: '/etc/passwd' }
  ])('refuses an input that names something of this machine: %j', (part) => {
    for (const method of ['turn/start', 'turn/steer', 'thread/queue/add', 'thread/queue/update'])
      expect(refusal(method, { threadId: 't', input: [...input, part] })?.code).toBe(-32_602)
  })

  it('passes of a thread’s configuration only what turns something off', () => {
    const config = {
      mcp_servers: { evil: { command: 'touch' } },
      'model_providers.evil.base_url': 'https://evil.example',
      model_provider: 'evil',
      sandbox_mode: 'danger-full-access',
      notify: ['touch', '/canary'],
      'features.goals': false,
      features: { memories: true },
      web_search: 'disabled',
      default_permissions: ':read-only'
    }
    expect(passed('thread/start', { config })).toMatchObject({
      config: { 'features.goals': false, web_search: 'disabled', default_permissions: 'gateway-read-only' }
    })
    expect(Object.keys(passed('thread/start', { config })['config'] as object)).toHaveLength(3)
  })
})

const observer = { answered() {}, notified() {}, asked() {} }

describe('answers', () => {
  const answerTo = (method: string, result: object) => {
    const exchange = new Exchange({ context, observer })
    exchange.ask(7, method)
    const out = exchange.outgoing(Buffer.from(JSON.stringify({ id: 7, result })))
    if (!out || !('forClient' in out)) throw new Error('not for the client')
    return (out.forClient instanceof Buffer ? JSON.parse(out.forClient.toString()) : out.forClient) as object
  }

  it('of the configuration name no provider, no server and no place', () => {
    const config = {
      model: 'gpt-5.5',
      model_providers: { x: { experimental_bearer_token: 'sk-secret', http_headers: { a: 'sk-secret' } } },
      mcp_servers: { x: { env: { A: 'sk-secret' } } },
      permissions: { x: { filesystem: { '/secret': 'deny' } } }
    }
    const answer = answerTo('config/read', { config, origins: { a: { file: '/secret' } }, layers: ['/secret'] })
    expect(JSON.stringify(answer)).not.toMatch(/secret/)
    expect(answer).toMatchObject({ result: { config: { model: 'gpt-5.5' } } })
  })

  it('do not tell whose login it is, nor of models that are not offered', () => {
    const account = { type: 'chatgpt', email: 'me@example.com', planType: 'pro' }
    expect(JSON.stringify(answerTo('account/read', { account, requiresOpenaiAuth: false }))).not.toContain('me@')
    const data = [{ model: 'gpt-5.5' }, { model: 'gpt-6-sol' }]
    expect(answerTo('model/list', { data })).toMatchObject({ result: { data: [{ model: 'gpt-5.5' }] } })
  })

  it('of a client grant no more than was asked for, and write no rule', () => {
    const asked = {
      method: 'item/permissions/requestApproval',
      params: { permissions: { network: { enabled: true } } }
    }
    const granted = { network: { enabled: true }, fileSystem: { write: ['/'] } }
    expect(allowedReply(asked, { permissions: granted, scope: 'turn' })).toEqual({
      permissions: { network: { enabled: true } },
      scope: 'turn'
    })
    const command = { method: 'item/commandExecution/requestApproval', params: {} }
    const rule = { acceptWithExecpolicyAmendment: { execpolicy_amendment: ['rm'] } }
    expect(allowedReply(command, { decision: rule })).toEqual({ decision: 'acceptForSession' })
  })

  it('are let through only to what app-server asked, once', () => {
    const exchange = new Exchange({ context, observer })
    expect(exchange.reply({ id: 1, result: {} })).toBeUndefined()
    const ask = (method: string) => exchange.outgoing(Buffer.from(JSON.stringify({ method, id: 1, params: {} })))
    expect(ask('account/chatgptAuthTokens/refresh')).toHaveProperty('forServer')
    expect(exchange.reply({ id: 1, result: {} })).toBeUndefined()
    expect(ask('item/tool/call')).toHaveProperty('forClient')
    expect(exchange.reply({ id: 1, result: { success: true } })).toEqual({ id: 1, result: { success: true } })
    expect(exchange.reply({ id: 1, result: {} })).toBeUndefined()
  })
})
