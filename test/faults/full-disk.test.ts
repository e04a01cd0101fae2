import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execaSync } from 'execa'
import { expect, it } from 'vitest'
import { startConfiguredGateway } from '../support/configured-gateway.ts'
import { needing } from '../support/left-out.ts'
import { says } from '../support/upstream/answer.ts'
import { startUpstream } from '../support/upstream/upstream.ts'

const mount = (path: string) =>
  !execaSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', path], { reject: false }).failed
const unmount = (path: string) => execaSync('umount', ['--lazy', path])

/** Whether this user may mount a file system. */
async function mayMount(): Promise<boolean> {
  const path = await mkdtemp(join(tmpdir(), 'mount-'))
  const mounted = mount(path)
  if (mounted) unmount(path)
  await rm(path, { recursive: true })
  return mounted
}

/** A disk of 24 MB, which can be filled to the last byte. */
async function smallDisk() {
  const path = await mkdtemp(join(tmpdir(), 'small-disk-'))
  mount(path)
  return {
    path,
    async fill() {
      await expect(writeFile(join(path, 'filler'), Buffer.alloc(24 * 1_048_576))).rejects.toMatchObject({
        code: 'ENOSPC'
      })
    },
    clear: () => rm(join(path, 'filler')),
    async [Symbol.asyncDispose]() {
      unmount(path)
      await rm(path, { recursive: true })
    }
  }
}

interface Answer {
  id?: string
  store?: boolean
  error?: { code: string }
}

needing('a user who may mount', await mayMount(), () => {
  it.each(['exec', 'app-server'])(
    'a full disk is an overload where it is needed, and costs nothing else, on %s',
    async (engine) => {
      await using disk = await smallDisk()
      await using upstream = await startUpstream(says('Hello'))
      await mkdir(join(disk.path, 'workspace'))
      await using gateway = await startConfiguredGateway(disk.path, {
        CODEX_API_BASE_URL: upstream.url,
        CODEX_ENGINE: engine
      })
      const post = async (path: string, body: object) => {
        const response = await fetch(`${gateway.url}/${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ model: 'gpt-5.5', ...body })
        })
        const { id, store, error } = (await response.json()) as Answer
        return { id, outcome: [response.status, store, error?.code, response.headers.get('x-should-retry')] }
      }
      const chat = () => post('chat/completions', { messages: [{ role: 'user', content: 'Hello.' }] })
      const respond = (more = {}) => post('responses', { input: 'x'.repeat(100_000), ...more })
      const [stored, answered, notStored, refused] = [
        [200, true, undefined, null],
        [200, undefined, undefined, null],
        [200, false, undefined, null],
        [503, undefined, 'overloaded', 'true']
      ]
      const { id, outcome } = await respond()
      expect(outcome).toEqual(stored)
      await disk.fill()
      // Codex needs a few bytes when it starts: with exec it may find them or not.
      expect([answered, refused]).toContainEqual((await chat()).outcome)
      expect([notStored, refused]).toContainEqual((await respond()).outcome)
      expect((await respond({ previous_response_id: id })).outcome).toEqual(refused)
      expect((await respond({ background: true })).outcome).toEqual(refused)
      await disk.clear()
      expect((await respond({ previous_response_id: id })).outcome).toEqual(stored)
    }
  )

  it('an app-server that cannot start on a full disk is an overload, and starts when there is room', async () => {
    await using disk = await smallDisk()
    await using upstream = await startUpstream(says('Hello'))
    await mkdir(join(disk.path, 'workspace'))
    await using gateway = await startConfiguredGateway(disk.path, {
      CODEX_API_BASE_URL: upstream.url,
      CODEX_ENGINE: 'app-server'
    })
    await disk.fill()
    const chat = () =>
      fetch(`${gateway.url}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'gpt-5.5', messages: [{ role: 'user', content: 'Hello.' }] })
      })
    const refused = await chat()
    expect([refused.status, ((await refused.json()) as Answer).error?.code]).toEqual([503, 'overloaded'])
    await disk.clear()
    expect((await chat()).status).toBe(200)
  })
})
