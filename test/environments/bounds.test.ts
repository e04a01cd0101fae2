import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Artifacts } from '../../src/environments/artifacts.ts'
import { Contents } from '../../src/environments/contents.ts'
import { EnvironmentStore } from '../../src/environments/environment-store.ts'
import { Environments } from '../../src/environments/environments.ts'
import { EnvironmentTables } from '../../src/environments/tables.ts'
import { Store } from '../../src/store/store.ts'

let folder: string
let store: Store
let environments: Environments
let artifacts: Artifacts
let ids = 0
const bounds = {
  bytes: 300_000,
  bytesPerOwner: 200_000,
  environments: 4,
  environmentsPerOwner: 3,
  artifactsPerOwner: 3,
  uploadsPerOwner: 2
}
const none = { access: 'disabled' as const, allowed_domains: [], blocked_domains: [] }
const config = { network: none, env: {}, files: [], setup_commands: [], container_size: null }
const fileOf = (name: string, size: number) => ({ parts: [name], size, read: async () => Buffer.alloc(size) })
const make = (owner: string, bytes = 0) =>
  environments.create({ id: `env_${ids++}`, owner, workspace: 'w', session: null, config }, [fileOf('file', bytes)])

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'environment-bounds-'))
  store = new Store({ folder: join(folder, 'store') })
  const tables = new EnvironmentTables(store, bounds)
  const setup = {
    mark: () => 'm',
    isAlive: () => true,
    enter: async () => () => {},
    run: async () => ({ code: 0, output: '' }),
    done: () => {}
  }
  const hasSession = (id: string) => id === 'asess_1'
  environments = new Environments({
    ...{ root: folder, store: new EnvironmentStore(tables), setup, hasSession, warn: () => {} }
  })
  artifacts = new Artifacts({ tables, contents: new Contents(join(folder, 'artifacts')), newId: () => `art_${ids++}` })
})
afterAll(async () => {
  store[Symbol.dispose]()
  await rm(folder, { recursive: true, force: true })
})

describe('environments', () => {
  it('have a share of the disk for each owner, counted before anything is written', async () => {
    const first = await make('ada', 150_000)
    await expect(make('ada', 60_000)).rejects.toMatchObject({ code: 'rate_limited' })
    const file = fileOf('more', 60_000)
    await expect(environments.addFile(first, file)).rejects.toMatchObject({ code: 'rate_limited' })
    await make('bob', 100_000)
    await expect(make('eve', 60_000)).rejects.toMatchObject({ code: 'rate_limited' })
    for (const owner of ['ada', 'bob'])
      for (const one of environments.list(owner, { order: 'asc', limit: 9, workspaces: ['w'] }).values)
        await environments.remove(one)
    await make('eve', 20_000)
  })

  it('are full with what is in them, not with what was replaced', async () => {
    const made = await make('eve')
    for (let times = 5; times > 0; times--) await environments.addFile(made, fileOf('data', 40_000))
    await environments.addFile(made, fileOf('more', 80_000))
    await expect(environments.addFile(made, fileOf('last', 90_000))).rejects.toMatchObject({ code: 'rate_limited' })
    await environments.remove(made)
  })

  it('are full with files that are empty, too, and with their folders', async () => {
    const made = await make('eve')
    const empty = (name: string) => environments.addFile(made, { ...fileOf(name, 0), parts: ['in', name] })
    const fill = async () => {
      for (let count = 0; count < 100; count++) await empty(`${count}`)
    }
    await expect(fill()).rejects.toMatchObject({ code: 'rate_limited' })
    await environments.remove(made)
  })

  it('are so many for one owner, and so many for all', async () => {
    await make('eve')
    await make('eve')
    await expect(make('eve')).rejects.toMatchObject({ code: 'rate_limited' })
    await make('ada')
    await expect(make('bob')).rejects.toMatchObject({ code: 'rate_limited' })
  })

  it('count for what their commands have written when they are measured', async () => {
    const [ada] = environments.list('ada', { order: 'asc', limit: 1, workspaces: ['w'] }).values
    await writeFile(join(environments.foldersOf(ada!).files, 'large'), Buffer.alloc(170_000))
    expect(await environments.measure(ada!)).toBe(true)
    const file = fileOf('more', 60_000)
    await expect(environments.addFile(ada!, file)).rejects.toMatchObject({ code: 'rate_limited' })
  })
})

it('an environment is removed when its session is gone, whatever removed that, and no link is followed', async () => {
  for (const one of environments.list('eve', { order: 'asc', limit: 9, workspaces: ['w'] }).values)
    await environments.remove(one)
  const outside = join(folder, 'outside')
  await mkdir(outside)
  await writeFile(join(outside, 'file'), 'stays')
  const ofSession = (session: string) =>
    environments.create({ id: `env_${ids++}`, owner: 'eve', workspace: 'w', session, config }, [])
  const [there, gone] = [await ofSession('asess_1'), await ofSession('asess_2')]
  await symlink(outside, join(environments.foldersOf(gone).files, 'link'))
  await environments.sweep() // its session may be about to be made
  expect(environments.find('eve', gone.id).session).toBe('asess_2')
  await environments.sweep()
  expect(() => environments.find('eve', gone.id)).toThrow('not found')
  expect(environments.find('eve', there.id).session).toBe('asess_1')
  const { files } = environments.foldersOf(gone)
  await expect.poll(() => existsSync(files) || existsSync(join(folder, 'removed', gone.id))).toBe(false)
  expect(await readFile(join(outside, 'file'), 'utf8')).toBe('stays')
  await environments.remove(there)
})

describe('artifacts', () => {
  const publication = () => ({
    owner: 'zoe',
    workspace: 'w',
    session: 's',
    environment: 'e',
    turn: 't',
    files: join(folder, 'files')
  })
  const list = () => artifacts.list({ owner: 'zoe', session: 's' }, { order: 'asc', limit: 9 }).values

  it('are published once for each content, and no more than their owner may have', async () => {
    const outputs = join(folder, 'files', 'outputs')
    await mkdir(join(outputs, 'in'), { recursive: true })
    await writeFile(join(outputs, 'a'), 'same')
    await writeFile(join(outputs, 'in', 'b'), 'same')
    expect(await artifacts.publish(publication())).toBe(0)
    expect(await artifacts.publish(publication())).toBe(0)
    expect(
      list()
        .map(({ path }) => path)
        .sort()
    ).toEqual(['/workspace/outputs/a', '/workspace/outputs/in/b'])
    await writeFile(join(outputs, 'a'), 'changed')
    await writeFile(join(outputs, 'c'), 'one too many')
    expect(await artifacts.publish(publication())).toBe(1)
    expect(list()).toHaveLength(3)
  })

  it('are not published again when they were deleted, until their files change', async () => {
    const { id: environment } = await environments.create(
      { id: `env_${ids++}`, owner: 'ann', workspace: 'w', session: 'asess_1', config },
      [{ ...fileOf('one', 3), parts: ['outputs', 'one'] }]
    )
    const { files } = environments.foldersOf({ id: environment, workspace: 'w' })
    const own = { ...publication(), owner: 'ann', session: 'asess_1', environment, files }
    const published = async () => {
      await artifacts.publish(own)
      return artifacts.list(own, { order: 'asc', limit: 9 }).values
    }
    const [one] = await published()
    artifacts.delete(one!)
    expect(await published()).toEqual([])
    await writeFile(join(files, 'outputs', 'one'), 'changed')
    const [changed] = await published()
    expect(changed).toMatchObject({ path: '/workspace/outputs/one', size: 7 })
    artifacts.delete(changed!)
    expect(await published()).toEqual([])
    await environments.remove({ id: environment, workspace: 'w' })
    expect(store.use((connection) => connection.get('SELECT count(*) FROM deleted_artifacts'))).toEqual([0])
  })

  it('share their bytes until the last of them is deleted', async () => {
    const same = list().filter(({ size }) => size === 4)
    artifacts.delete(same[0]!)
    const chunks: Buffer[] = []
    for await (const chunk of artifacts.read(same[1]!)) chunks.push(chunk as Buffer)
    expect(Buffer.concat(chunks).toString()).toBe('same')
    artifacts.delete(same[1]!)
    await expect(async () => {
      for await (const _ of artifacts.read(same[1]!));
    }).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
