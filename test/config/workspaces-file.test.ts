import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readWorkspacesFile } from '../../src/config/workspaces-file.ts'

describe('a file of workspaces', () => {
  let folder: string
  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'workspaces-file-')))
    await mkdir(join(folder, 'ada'))
    await mkdir(join(folder, 'shared'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  async function read(text: string, name = 'workspaces.toml', mode = 0o644) {
    const path = join(folder, name)
    await writeFile(path, text)
    await chmod(path, mode)
    return readWorkspacesFile(path)
  }
  const messageOf = (...args: Parameters<typeof read>) =>
    read(...args).then(
      () => 'nothing is wrong',
      (error: unknown) => (error as Error).message
    )

  const full = {
    id: 'ada',
    folder: 'ada',
    sandbox: 'workspace-write',
    model: 'gpt-5.5',
    models: ['gpt-5.5', 'codex-bare'],
    effort: 'low',
    profile: 'agent',
    add_dirs: ['shared'],
    principals: ['ada', 'ops'],
    max_concurrency: 2
  }

  it('may set everything, in TOML and in JSON, with folders relative to the file', async () => {
    const expected = [{ ...full, folder: join(folder, 'ada'), add_dirs: [join(folder, 'shared')] }, { id: 'default' }]
    const lines = Object.entries(full).map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
    const toml = `[[workspaces]]\n${lines.join('\n')}\n\n[[workspaces]]\nid = "default"\n`
    expect((await read(toml)).workspaces).toEqual(expected)
    const json = JSON.stringify({ workspaces: [full, { id: 'default' }] })
    expect((await read(json, 'workspaces.json')).workspaces).toEqual(expected)
  })

  it('may be the one in the documentation', async () => {
    const page = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'workspaces.md'), 'utf8')
    const [, toml = ''] = /```toml\n(.*?)```/s.exec(page) ?? []
    for (const name of ['site', 'notes']) await mkdir(join(folder, name))
    const { workspaces } = await read(toml.replaceAll('/srv', folder))
    expect(workspaces.map(({ id }) => id)).toEqual(['default', 'site', 'notes'])
    const fields = Object.keys(full).filter((name) => !page.includes(`| \`${name}\``))
    expect(fields).toEqual([])
  })

  it.each<[unknown, string]>([
    [{}, '"workspaces" is missing'],
    [{ workspaces: [] }, '"workspaces" must have an entry'],
    [{ workspaces: [full], workspace: [] }, 'the file has no field "workspace"; there are workspaces'],
    [{ workspaces: [{ folder: 'ada' }] }, 'workspaces[0]: id is missing'],
    [{ workspaces: [{ id: 'ada' }] }, 'workspaces[0] ("ada"): folder is missing'],
    [{ workspaces: [{ id: 'Ada', folder: 'ada' }] }, 'workspaces[0] ("Ada"): id must be 1 to 64 lower-case letters'],
    [{ workspaces: [{ id: '../x', folder: 'ada' }] }, 'workspaces[0] ("../x"): id must be 1 to 64'],
    [{ workspaces: [full, full] }, 'workspaces[1] ("ada"): id "ada" is the id of an earlier entry'],
    [{ workspaces: [{ ...full, folder: 'nowhere' }] }, 'workspaces[0] ("ada"): folder must be a folder that exists'],
    [
      { workspaces: [{ ...full, folder: 'broken.json' }] },
      'workspaces[0] ("ada"): folder must be a folder that exists'
    ],
    [{ workspaces: [{ ...full, add_dirs: ['ada', 'x'] }] }, 'workspaces[0] ("ada"): add_dirs[1] must be a folder'],
    [{ workspaces: [{ ...full, sandbox: 'none' }] }, 'workspaces[0] ("ada"): sandbox must be one of read-only, '],
    [{ workspaces: [{ ...full, effort: 'huge' }] }, 'workspaces[0] ("ada"): effort must be one of none, '],
    [{ workspaces: [{ ...full, model: 'other' }] }, 'workspaces[0] ("ada"): model must be one of "models"'],
    [{ workspaces: [{ ...full, models: [] }] }, 'workspaces[0] ("ada"): models must name a model'],
    [{ workspaces: [{ ...full, principals: [] }] }, 'workspaces[0] ("ada"): principals must name somebody'],
    [
      { workspaces: [{ ...full, max_concurrency: 0.5 }] },
      'workspaces[0] ("ada"): max_concurrency must be a whole number'
    ],
    [
      { workspaces: [{ ...full, writable: true }] },
      'workspaces[0] ("ada"): has no field "writable"; there are id, folder,'
    ],
    [{ workspaces: [full, 1] }, 'workspaces[1]: Invalid input: expected object, received number']
  ])('with a mistake is refused by file, entry and field: %j', async (value, expected) => {
    const message = await messageOf(JSON.stringify(value), 'broken.json')
    expect(message).toMatch(/^names a file with mistakes: /)
    expect(message).toContain(`${join(folder, 'broken.json')}: ${expected}`)
  })

  it('with many mistakes names some of them and says how many there are', async () => {
    const workspaces = Array.from({ length: 20 }, (_, index) => ({ id: `w${index}` }))
    expect(await messageOf(JSON.stringify({ workspaces }), 'broken.json')).toMatch(
      /"w4"\): folder is missing; and 15 more$/
    )
  })

  it('that cannot be read as its name says is refused', async () => {
    expect(await messageOf('[[workspaces', 'broken.toml')).toMatch(/^names a file that is not TOML: .*broken\.toml \(/)
    expect(await messageOf('{', 'broken.json')).toMatch(/^names a file that is not JSON: .*broken\.json \(/)
    expect(() => readWorkspacesFile(folder)).toThrow(/^names a file that cannot be read: /)
  })

  it('that others may write is refused: it says what commands may do', async () => {
    expect(await messageOf('', 'open.toml', 0o664)).toMatch(/^names a file that other users may write; run chmod go-w /)
  })
})
