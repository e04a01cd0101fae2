import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { says } from '../../support/upstream/answer.ts'
import { sharedThreads, text } from './start-threads.ts'

const rig = sharedThreads(says('Hello', ' from', ' Codex.'))

describe('skills', () => {
  const skill = (name: string) => `---\nname: ${name}\ndescription: About ${name}\n---\nTHE BODY OF ${name}\n`

  it('are listed, used by a turn, and switched', async () => {
    const workspace = join(rig().home, '..', 'workspace')
    const folder = join(workspace, '.agents/skills/plums')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'SKILL.md'), skill('plums'))
    const listed = (await rig().post('/skills/list', { forceReload: true })).body.data
    expect(listed).toMatchObject([{ skills: [{ name: 'plums', enabled: true }], errors: [] }])
    const path = listed[0]?.skills[0]?.path ?? ''
    const id = await rig().thread()
    const said = async () => {
      await rig().post('/turn/start', { threadId: id, input: [...text('x'), { type: 'skill', name: 'plums', path }] })
      return JSON.stringify(rig().upstream.requests.at(-1)?.body.input)
    }
    expect(await said()).toContain('THE BODY OF plums')
    expect((await rig().post('/skills/config/write', { path, enabled: false })).body).toEqual({
      effectiveEnabled: false
    })
    expect((await rig().post('/skills/list', { cwds: [workspace] })).body.data[0]?.skills).toMatchObject([
      { enabled: false }
    ])
    const fresh = await rig().thread()
    await rig().say(fresh, 'x')
    expect(JSON.stringify(rig().upstream.requests.at(-1)?.body)).not.toContain('About plums')
    expect((await rig().post('/skills/config/write', { path, enabled: true })).body).toEqual({ effectiveEnabled: true })
  })

  it('are none that lie elsewhere, and no other path is written into the configuration', async () => {
    const outside = join(rig().home, '..', 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'SKILL.md'), skill('secret'))
    await mkdir(join(rig().home, '..', 'workspace/.agents/skills/linked'), { recursive: true })
    const link = join(rig().home, '..', 'workspace/.agents/skills/linked/SKILL.md')
    await symlink(join(outside, 'SKILL.md'), link)
    const { body } = await rig().post('/skills/list', { forceReload: true })
    expect(JSON.stringify(body.data[0]?.skills)).not.toContain('secret')
    const id = await rig().thread()
    for (const path of [join(outside, 'SKILL.md'), link, '/etc/passwd']) {
      const input = [...text('x'), { type: 'skill', name: 'secret', path }]
      const turn = await rig().post('/turn/start', { threadId: id, input })
      expect([turn.status, turn.body.error.param]).toEqual([400, 'input[1].path'])
    }
    for (const path of ['/etc/passwd', join(outside, 'SKILL.md')])
      expect((await rig().post('/skills/config/write', { path, enabled: false })).body.error.param).toBe('path')
    expect(await readFile(join(rig().home, '.codex/config.toml'), 'utf8')).not.toContain('passwd')
    const listed = await rig().post('/skills/list', { cwds: ['..'] })
    expect([listed.status, listed.body.error.param]).toEqual([400, 'cwds[0]'])
  })
})
