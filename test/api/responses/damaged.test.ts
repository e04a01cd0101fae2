import { createHmac, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Tokens } from '../../../src/access/tokens.ts'
import { prepareStore } from '../../../src/app/storage.ts'
import { configFrom } from '../../../src/config/config.ts'
import { Store } from '../../../src/store/store.ts'
import { errorBody } from '../../support/openai-schemas.ts'
import { message, turn } from '../../support/scripted-engine.ts'
import { ask, startResponses } from './start-responses.ts'
import type { StartedResponses } from './start-responses.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'damaged-'))
})
afterEach(() => rm(home, { recursive: true }))

const start = () => startResponses(turn(...message('m', 'pong')), { home })
const idOf = async (response: Response) => ((await response.json()) as { id: string }).id
const errorOf = async (response: Response) => [response.status, errorBody.parse(await response.json()).error.code]
const unreadable = ({ storeLines }: StartedResponses) => storeLines.filter(({ kind }) => kind === 'response').length

function change(id: string, sql: string): void {
  const database = new Database(join(home, 'gateway', 'store.db'))
  database.exec(`UPDATE records SET ${sql} WHERE id = '${id.slice('resp_'.length)}'`)
  database.close()
}

describe('a stored response that cannot be read is not found, and a line in the log', () => {
  it.each([
    ['cut off', `body = '{"half":'`],
    ['of another shape', `body = '{"resource":{}}'`],
    ['of a newer version', 'version = 99'],
    ['of NUL bytes', `body = CAST(x'0000' AS TEXT)`],
    ['with a wrong type', `body = json_set(body, '$.resource.output[0].content', 7)`],
    ['with a wrong input', `body = json_set(body, '$.input[0].role', 'nobody')`]
  ])('%s: by itself, and in the middle of a conversation', async (_title, sql) => {
    await using served = await start()
    const first = await idOf(await served.post(ask))
    const second = await idOf(await served.post({ ...ask, previous_response_id: first }))
    change(first, sql)
    expect(await errorOf(await served.ask('GET', first))).toEqual([404, 'response_not_found'])
    expect(unreadable(served)).toBe(1)
    expect(await errorOf(await served.post({ ...ask, previous_response_id: second }))).toEqual([
      400,
      'previous_response_not_found'
    ])
    expect([unreadable(served), served.bugs()]).toEqual([2, []])
    expect((await served.ask('GET', second)).status).toBe(200)
  })

  it('of another kind', async () => {
    await using served = await start()
    const id = await idOf(await served.post(ask))
    change(id, `kind = 'task'`)
    expect(await errorOf(await served.ask('GET', id))).toEqual([404, 'response_not_found'])
  })
})

it('the first responses of a conversation that is continued do not expire', async () => {
  await using served = await start()
  const first = await idOf(await served.post(ask))
  const second = await idOf(await served.post({ ...ask, previous_response_id: first }))
  change(first, `used_at = used_at - 3599000`)
  const third = await idOf(await served.post({ ...ask, previous_response_id: second }))
  const database = new Database(join(home, 'gateway', 'store.db'))
  const ages = database.prepare('SELECT used_at - created_at > -60000 FROM records').raw().all()
  database.close()
  expect(ages).toEqual([[1], [1], [1]])
  expect((await served.post({ ...ask, previous_response_id: third })).status).toBe(200)
})

describe('responses that a gateway before 0.2 stored as files', () => {
  const key = randomBytes(32)
  const nameFor = (owner: string) => {
    const random = randomBytes(12).toString('hex')
    return random + createHmac('sha256', key).update(`${random}:${owner}`).digest('hex').slice(0, 24)
  }

  it('are taken over for the tokens in use, and the start reports what it did', async () => {
    const folder = join(home, 'gateway')
    await mkdir(join(folder, 'responses'), { recursive: true })
    await writeFile(join(folder, 'key'), key)
    const document = async () => {
      await using served = await start()
      const response = (await (await served.post(ask)).json()) as object
      return (id: string) =>
        JSON.stringify({
          resource: { ...response, id },
          input: [{ type: 'message', role: 'user', content: 'Say pong.' }]
        })
    }
    const write = await document()
    const tokens = new Tokens([{ token: 'sk-test-aaaaaaaaaaaaaaaaaaaa', name: 'ann' }])
    const [former] = [...tokens.formerOwners.keys()]
    const names = {
      ann: nameFor(former!),
      open: nameFor('anonymous'),
      nobody: nameFor('key_00000000'),
      damaged: nameFor('anonymous')
    }
    for (const name of Object.values(names))
      await writeFile(join(folder, 'responses', `${name}.json`), write(`resp_${name}`))
    await writeFile(join(folder, 'responses', `${names.damaged}.json`), '{"half":')
    const lines: unknown[] = []
    using store = new Store({ folder, warn: (fields) => lines.push(fields) })
    await prepareStore(store, configFrom({ CODEX_CLI_HOME: home }), tokens)
    expect(lines).toEqual([{ taken: 2, unknown: 1, damaged: 1 }])
    expect((await readdir(join(folder, 'responses'))).toSorted()).toEqual(
      [`${names.nobody}.json`, `${names.damaged}.json`].toSorted()
    )
    const owners = store.use((connection) =>
      connection.all(`SELECT owner FROM records WHERE id IN ('${names.ann}', '${names.open}') ORDER BY owner`)
    )
    expect(owners).toEqual([['ann'], ['anonymous']])
    await using served = await start()
    expect(await idOf(await served.ask('GET', `resp_${names.open}`))).toBe(`resp_${names.open}`)
  })
})
