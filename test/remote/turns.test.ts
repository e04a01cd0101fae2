import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { says } from '../support/upstream/answer.ts'
import { connectRaw, joinRaw } from './raw-client.ts'
import { startRemote } from './start-remote.ts'
import type { RemoteGateway } from './start-remote.ts'

const textInput = (text: string) => [{ type: 'text', text, text_elements: [] }]

describe('a remote client', () => {
  let remote: RemoteGateway
  beforeAll(async () => {
    remote = await startRemote()
  }, 60_000)
  afterAll(() => remote[Symbol.asyncDispose]())

  it('is let in with a token only', async () => {
    await expect(connectRaw(remote.url, undefined)).rejects.toThrow('401')
    await expect(connectRaw(remote.url, 'wrong')).rejects.toThrow('401')
    await expect(connectRaw(remote.url, remote.token, { origin: 'https://evil.example' })).rejects.toThrow('403')
    await expect(connectRaw(`${remote.url}/w/other`, remote.token)).rejects.toThrow('404')
  })

  it('runs turns whose text another client of the workspace gets when it resumes the thread', async () => {
    remote.upstream.answerNext(says('Good', ' morning.'))
    await using client = await joinRaw(remote.url, remote.token)
    const started = await client.request('thread/start', { sandbox: 'danger-full-access', approvalPolicy: 'never' })
    expect(started).toMatchObject({
      sandbox: { type: 'workspaceWrite', networkAccess: false },
      approvalPolicy: 'on-request',
      activePermissionProfile: { id: ':workspace' },
      cwd: remote.workspace
    })
    const { id: threadId } = started['thread'] as { id: string }
    await client.request('turn/start', { threadId, input: textInput('Hello') })
    await client.heard(({ method }) => method === 'turn/completed')
    await using other = await joinRaw(`${remote.url}/w/default`, remote.token)
    const resumed = await other.request('thread/resume', { threadId })
    expect(JSON.stringify(resumed)).toContain('Good morning.')
  })
})
