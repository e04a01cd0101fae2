import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { says } from '../support/upstream/answer.ts'
import { heldAfter } from '../support/upstream/script.ts'
import type { Script } from '../support/upstream/script.ts'
import { startWorkspaces } from './start-workspaces.ts'
import type { StartedWorkspaces } from './start-workspaces.ts'

const define = (id: string, more = {}) => ({ id, folder: `folders/${id}`, ...more })

describe('workspaces that are defined anew while the gateway runs', () => {
  let all: StartedWorkspaces
  const waiting = new Set<() => void>()
  beforeAll(async () => {
    all = await startWorkspaces({
      workspaces: [define('ada'), define('bob')],
      tokens: ['ops ops-token'],
      settings: { CODEX_ENGINE: 'app-server', CODEX_WORKSPACE_IDLE_SECONDS: '0', CODEX_MAX_CONCURRENCY: '4' }
    })
  })
  afterAll(() => {
    for (const go of waiting) go()
    return all[Symbol.asyncDispose]()
  })

  const post = (id: string, input = 'Hello.') => all.ask('ops', `/w/${id}/v1/responses`, { input, store: false })
  const listed = async () =>
    (await all.ask('ops', '/v1/workspaces')).body.data?.map(({ id, state }) => `${id} ${state}`)

  /** An answer of the model's that stops until `go` is called. */
  function held(): { script: Script; go: () => void } {
    let go = () => {}
    const until = new Promise<void>((resolve) => (go = resolve))
    waiting.add(go)
    return { script: heldAfter('response.created', says('Done.'), until), go }
  }

  it('are hidden from the app-servers that run already, before they are used', async () => {
    expect(await post('ada')).toMatchObject({ status: 200 })
    const [before] = all.appServers(all.at('home', 'workspaces', 'ada'))
    await all.reload([define('ada'), define('bob'), define('eve')])
    const search = `grep -arhs -o '[a-z]*-file' ${all.at('folders')} | sort -u`
    const output = await all.outputOf('ops', search, { store: false }, { 'x-codex-workspace': 'ada' })
    expect(output).toContain('ada-file')
    expect(output).not.toContain('eve-file')
    expect(output).toContain('other-file') // nobody has defined that
    const after = all.appServers(all.at('home', 'workspaces', 'ada'))
    expect(after).toHaveLength(1)
    expect(after[0]).not.toBe(before)
  })

  it('let turns that run end as they began: a new one begins after them, one that is gone gets no other', async () => {
    await all.reload([define('ada'), define('bob')])
    const { script, go } = held()
    all.upstream.answerNext(script)
    const count = all.upstream.count
    const running = post('ada')
    await all.upstream.requested(count + 1)
    await all.reload([define('bob'), define('eve')])
    expect(await post('ada')).toMatchObject({ status: 404, body: { error: { code: 'workspace_not_found' } } })
    const first = post('eve')
    expect(await post('bob')).toMatchObject({ status: 200 }) // hides eve by now, and is not waited for
    expect(await listed()).toEqual(['bob running', 'eve starting'])
    expect(all.upstream.count).toBe(count + 2)
    go()
    expect(await running).toMatchObject({ status: 200 })
    expect(await first).toMatchObject({ status: 200 })
    await expect.poll(() => all.appServers(all.at('home', 'workspaces', 'ada')), { timeout: 5_000 }).toEqual([])
  })

  it('take effect with their next turn where they are changed', async () => {
    const write = 'echo x > written && echo wrote'
    const output = () => all.outputOf('ops', write, { store: false }, { 'x-codex-workspace': 'bob' })
    expect(await output()).not.toContain('wrote')
    await all.reload([define('bob', { sandbox: 'workspace-write' })])
    expect(await output()).toContain('wrote')
    await all.reload([define('bob')])
    expect(await output()).not.toContain('wrote')
  })

  it('stay as they are when the new ones are wrong', async () => {
    await expect(all.reload([define('bob'), { id: 'eve', folder: 'nowhere' }])).rejects.toThrow(
      /CODEX_WORKSPACES_FILE names a file with mistakes: .*workspaces\[1\] \("eve"\): folder must be a folder that exists/
    )
    expect((await listed())?.map((line) => line.split(' ')[0])).toEqual(['bob'])
  })
})
