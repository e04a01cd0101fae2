import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { methods } from '../../src/remote/filter/methods.ts'
import { installedMethods } from '../codex/app-server/installed-methods.ts'
import { joinRaw } from './raw-client.ts'
import { startRemote, token } from './start-remote.ts'
import type { RemoteGateway } from './start-remote.ts'

const secret = 'the-secret-of-this-machine'

describe.each(['namespace', 'watchdog'] as const)('a hostile client, where processes are held by a %s', (means) => {
  let remote: RemoteGateway
  let asked = 0
  const canaryServer = createServer((_req, res) => {
    asked++
    res.end()
  })
  beforeAll(async () => {
    canaryServer.listen(0, '127.0.0.1')
    remote = await startRemote({}, means)
    await mkdir(join(remote.folder, 'private'))
    await writeFile(join(remote.folder, 'private', 'file'), secret)
  }, 60_000)
  afterAll(async () => {
    await remote[Symbol.asyncDispose]()
    canaryServer.close()
  })

  it('touches nothing of the machine, and reads none of its secrets', async () => {
    const canary = join(remote.folder, 'canary')
    const file = join(remote.folder, 'private', 'file')
    const url = `http://127.0.0.1:${(canaryServer.address() as AddressInfo).port}`
    const evil = { command: '/usr/bin/touch', args: [canary] }
    const touch = ['/usr/bin/touch', canary]
    await using client = await joinRaw(remote.url, remote.token)
    const { thread } = await client.request('thread/start', { config: { mcp_servers: { evil } } })
    const { id: threadId } = thread as { id: string }
    const harmful: [string, object][] = [
      ['command/exec', { command: touch }],
      ['process/spawn', { command: touch, processHandle: 'p', cwd: '/' }],
      ['thread/shellCommand', { threadId, command: touch.join(' ') }],
      ['fs/readFile', { path: file }],
      ['fs/writeFile', { path: canary, dataBase64: '' }],
      ['fs/createDirectory', { path: canary }],
      ['fuzzyFileSearch', { query: 'file', roots: [remote.folder] }],
      ['thread/start', { config: { 'mcp_servers.evil': evil, notify: touch } }],
      ['thread/start', { config: { model_providers: { evil: { base_url: url } }, model_provider: 'evil' } }],
      ['thread/start', { modelProvider: 'evil', cwd: '/etc', selectedCapabilityRoots: [{ path: '/' }] }],
      ['thread/fork', { threadId, path: file }],
      ['thread/resume', { threadId, history: [{ type: 'message' }] }],
      ['environment/add', { environmentId: 'evil', execServerUrl: url.replace('http', 'ws') }],
      ['config/value/write', { keyPath: 'notify', value: touch, mergeStrategy: 'replace' }],
      ['config/batchWrite', { edits: [{ keyPath: 'notify', value: touch, mergeStrategy: 'replace' }] }],
      ['account/login/start', { type: 'apiKey', apiKey: 'sk-evil' }],
      ['account/logout', {}],
      ['feedback/save', { path: canary }],
      ['project/create', { path: canary }],
      ['skills/extraRoots/set', { roots: ['/'] }],
      ['skills/config/write', { path: canary, enabled: true }],
      ['marketplace/add', { source: url }],
      ['mcpServer/tool/call', { threadId, server: 'evil', tool: 'x' }],
      ['turn/start', { threadId, input: [{ type: 'localImage', path: file }] }],
      ['turn/start', { threadId, input: [{ type: 'image', url: `${url}/x.png` }] }],
      [
        'turn/start',
        { threadId, input: [{ type: 'text', text: 'x' }], environments: [{ environmentId: 'evil', cwd: '/' }] }
      ],
      ['turn/start', { threadId, input: [{ type: 'text', text: 'x' }], sandboxPolicy: { type: 'dangerFullAccess' } }],
      ['thread/settings/update', { threadId, permissions: ':danger-full-access' }],
      ['turn/start', { threadId, input: [], cwd: '/etc', runtimeWorkspaceRoots: ['/'], approvalPolicy: 'never' }],
      ['thread/queue/add', { threadId, input: [{ type: 'localImage', path: file }] }],
      ['turn/steer', { threadId, expectedTurnId: 'x', input: [{ type: 'image', url: `${url}/y.png` }] }],
      ['thread/resume', { threadId, path: file }],
      ['thread/resume', { threadId, config: { mcp_servers: { evil } }, modelProvider: 'evil', cwd: '/' }],
      ['thread/fork', { threadId, config: { notify: touch }, sandbox: 'danger-full-access' }],
      ['thread/metadata/update', { threadId, projectId: '/' }],
      ['review/start', { threadId, target: { type: 'baseBranch', branch: `--output=${canary}` } }],
      ['hooks/list', { cwds: ['/', remote.folder] }],
      ['skills/list', { cwds: [join(remote.folder, 'private')], forceReload: true }],
      ['thread/prepareApprovedPlan', { threadId, markdown: 'x', attachmentPath: canary }]
    ]
    for (const [method, params] of harmful) await client.ask(method, params)
    const others = [...installedMethods().keys()].filter(
      (method) => !Object.hasOwn(methods, method) && method !== 'initialize' && method !== 'thread/shellCommand'
    )
    expect(others.length).toBeGreaterThan(100)
    const everything = { threadId, path: canary, command: touch, cwd: '/', url, roots: ['/'], source: url }
    for (const method of others)
      expect([method, (await client.ask(method, everything)).error?.code]).toEqual([method, -32_601])
    await client.ask('config/read', { includeLayers: true, cwd: '/' })
    await client.request('thread/loaded/list', {})
    expect(asked).toBe(0)
    expect(existsSync(canary)).toBe(false)
    const said = JSON.stringify(client.said)
    for (const hidden of [secret, token, 'sk-the-provider', 'sk-evil']) expect(said).not.toContain(hidden)
    const home = await readdir(join(remote.folder, 'home', '.codex-remote'))
    expect(home).not.toContain('canary')
  })

  it('finds the same bounds in codex itself, where that can be had', async () => {
    const { guard } = remote.gateway.codex
    await using client = await joinRaw(remote.url, remote.token)
    const { requirements } = await client.request('configRequirements/read')
    if (await guard.canRequire())
      expect(requirements).toMatchObject({
        allowedSandboxModes: ['read-only', 'workspace-write'],
        allowedApprovalPolicies: ['on-request']
      })
    else expect(requirements).toBeNull()
  })
})
