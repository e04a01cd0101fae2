import { readdir, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Means } from '../../src/codex/process/isolation.ts'
import { startWorkspaces } from './start-workspaces.ts'
import type { StartedWorkspaces } from './start-workspaces.ts'

const engines = ['on-exec', 'on-app-server'] as const
const file = [
  { id: 'ada', folder: 'folders/ada', sandbox: 'workspace-write', principals: ['ada', 'team'] },
  { id: 'bob', folder: 'folders/bob', principals: ['bob', 'ops'], models: ['gpt-5.5', 'on-exec'] }
]
const tokens = ['ada ada-token', 'bob bob-token', 'ops ops-token', 'team team-token workspaces=team,ada,bob']

describe.each<Means>(['namespace', 'watchdog'])(
  'workspaces of a file, and one that is made on demand (%s)',
  (means) => {
    let all: StartedWorkspaces
    beforeAll(async () => {
      all = await startWorkspaces({ workspaces: file, tokens, means })
      for (const model of engines)
        // before there is anything of the team's
        for (const name of ['ada', 'bob'])
          if (name === 'ada' || model === 'on-exec')
            await all.ask(name, '/v1/responses', { model, input: `${name}-prompt` })
      expect(await readdir(all.at('managed'))).toEqual([])
      expect(await all.ask('team', '/v1/responses', { input: 'team-prompt' })).toMatchObject({ status: 200 })
      await writeFile(all.at('managed', 'team', 'folder', 'readme'), 'team-file')
    })
    afterAll(() => all[Symbol.asyncDispose]())

    const cases = ['ada', 'bob', 'team'].flatMap((name) => engines.map((model) => ({ name, model })))

    it.each(cases.filter(({ name, model }) => name !== 'bob' || model === 'on-exec'))(
      'each sees its own files and nothing of the others: $name, $model',
      async ({ name, model }) => {
        const search = `cat readme; grep -arhs -o '\\(ada\\|bob\\|team\\)-[a-z]*' ${all.at()} | sort -u`
        const output = await all.outputOf(name, search, { model })
        expect(output).toContain(`${name}-file`)
        for (const other of ['ada', 'bob', 'team'].filter((one) => one !== name))
          expect(output).not.toMatch(new RegExp(`${other}-(file|prompt)`))
        expect(output).not.toContain('-token')
      }
    )

    it('each is listed for those who may use it, in the order that decides, without a path', async () => {
      const listed = async (name: string) => {
        const { status, body } = await all.ask(name, '/v1/workspaces')
        expect([status, JSON.stringify(body).includes(all.at())]).toEqual([200, false])
        return body.data?.map(({ id }) => id)
      }
      expect([await listed('ada'), await listed('bob'), await listed('ops'), await listed('team')]).toEqual([
        ['ada'],
        ['bob'],
        ['bob'],
        ['team', 'ada']
      ])
      expect((await all.ask('ada', '/w/ada/v1/workspaces')).body.data).toEqual([
        { id: 'ada', object: 'workspace', state: 'running' }
      ])
    })

    it('each has its own models and bounds', async () => {
      expect((await all.ask('bob', '/v1/models')).body.data?.map(({ id }) => id)).toEqual(
        expect.arrayContaining(['gpt-5.5', 'on-exec', 'codex'])
      )
      expect(await all.ask('bob', '/v1/responses', { model: 'gpt-5', input: 'x' })).toMatchObject({
        status: 404,
        body: { error: { code: 'model_not_found' } }
      })
      const wide = { 'x-codex-sandbox': 'workspace-write' }
      expect(await all.ask('bob', '/v1/responses', { input: 'x' }, wide)).toMatchObject({
        status: 400,
        body: { error: { param: 'x-codex-sandbox' } }
      })
      const write = 'echo x > written && echo wrote'
      expect(await all.outputOf('ada', write)).toContain('wrote')
      expect(await all.outputOf('ada', write, {}, { 'x-codex-sandbox': 'read-only' })).not.toContain('wrote')
    })

    it('what is stored in one is not found from another', async () => {
      const stored = (await all.ask('team', '/w/ada/v1/responses', { input: 'Hello.' })).body.id
      const continued = { input: 'More.', previous_response_id: stored }
      expect(await all.ask('team', '/w/team/v1/responses', continued)).toMatchObject({
        status: 400,
        body: { error: { code: 'previous_response_not_found' } }
      })
      expect(await all.ask('team', `/w/team/v1/responses/${stored}`)).toMatchObject({ status: 404 })
      expect(await all.ask('ada', `/w/ada/v1/responses/${stored}`)).toMatchObject({ status: 404 }) // another's
      expect(await all.ask('team', `/w/ada/v1/responses/${stored}`)).toMatchObject({ status: 200 })
      expect(await all.ask('team', '/w/ada/v1/responses', continued)).toMatchObject({ status: 200 })
    })

    it('none is another’s, and none is there that no token names', async () => {
      for (const [name, id] of [
        ['ada', 'bob'],
        ['team', 'bob'],
        ['bob', 'team'],
        ['ada', 'nowhere'],
        ['team', 'nowhere']
      ] as const)
        expect(await all.ask(name, `/w/${id}/v1/responses`, { input: 'x' })).toMatchObject({
          status: 404,
          body: { error: { code: 'workspace_not_found' } }
        })
      expect(await readdir(all.at('managed'))).toEqual(['team'])
    })
  }
)
