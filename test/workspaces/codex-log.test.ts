import { mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { expect, it, onTestFinished } from 'vitest'
import { deleteGrownLogs, logStopper } from '../../src/workspaces/codex-log.ts'
import { endOf, startAppServer } from '../engines/app-server/rig.ts'

async function codexHome(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'codex-log-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

/** A log as codex makes it, with one message of so many characters. `rows` adds another, and counts. */
function writeLog(path: string, bytes = 0): { rows: () => number; close: () => void } {
  const database = new Database(path)
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS logs (message TEXT)')
  const insert = () => database.exec(`INSERT INTO logs VALUES ('${'x'.repeat(bytes)}')`) // a prepared statement would outlive `close`
  insert()
  return {
    rows() {
      insert()
      return database.prepare('SELECT message FROM logs').all().length
    },
    close: () => database.close()
  }
}

/** Bytes of codex's own log. */
async function logBytes(home: string): Promise<number> {
  const logs = (await readdir(home)).filter((name) => name.startsWith('logs_'))
  expect(logs).not.toEqual([])
  return (await Promise.all(logs.map((name) => stat(join(home, name))))).reduce((sum, { size }) => sum + size, 0)
}

it('the log of the real app-server does not grow with its turns', { timeout: 60_000 }, async () => {
  await using rig = await startAppServer()
  expect(endOf(await rig.run())).toMatchObject({ type: 'turn.completed' })
  const before = await logBytes(rig.mark)
  for (let turn = 0; turn < 40; turn++) expect(endOf(await rig.run())).toMatchObject({ type: 'turn.completed' })
  expect((await logBytes(rig.mark)) - before).toBeLessThan(100_000) // it was 34 KB a turn
})

it('a log takes no more rows, whoever has it open', async () => {
  const home = await codexHome()
  const log = writeLog(join(home, 'logs_2.sqlite'))
  expect(log.rows()).toBe(2)
  for (let start = 0; start < 2; start++) await logStopper(home)()
  expect(log.rows()).toBe(2)
  log.close()
})

it('a log that is locked for a moment is tried again', async () => {
  const home = await codexHome()
  const path = join(home, 'logs_2.sqlite')
  const log = writeLog(path)
  const other = new Database(path)
  other.exec('BEGIN IMMEDIATE')
  const stopped = logStopper(home)()
  other.exec('COMMIT')
  other.close()
  await stopped
  expect(log.rows()).toBe(1)
  log.close()
})

it('a log that has grown is deleted, unless somebody has it open', async () => {
  const home = await codexHome()
  const [small, grown, open] = ['logs_1.sqlite', 'logs_2.sqlite', 'logs_3.sqlite'].map((name) => join(home, name))
  writeLog(small!, 1_000).close()
  writeLog(grown!, 2_000_000).close()
  const log = writeLog(open!, 2_000_000)
  deleteGrownLogs(home)
  const left = await readdir(home)
  expect(left.filter((name) => name.endsWith('.sqlite'))).toEqual(['logs_1.sqlite', 'logs_3.sqlite'])
  log.close()
  deleteGrownLogs(home)
  expect(await readdir(home)).toEqual(['logs_1.sqlite'])
})

it('what is no log of codex is left as it is', async () => {
  const home = await codexHome()
  const others = [join(home, 'state_5.sqlite'), join(home, 'elsewhere'), join(home, 'logs_x.sqlite')]
  const databases = others.map((path) => writeLog(path, 2_000_000))
  await symlink(join(home, 'elsewhere'), join(home, 'logs_2.sqlite'))
  deleteGrownLogs(home)
  expect(databases.map(({ rows }) => rows())).toEqual([2, 2, 2])
  for (const { close } of databases) close()
  expect(await readdir(home)).toContain('logs_2.sqlite')
})

it('a log that cannot be stopped is in the log of the gateway, once; a home that is gone is not', async () => {
  const home = await codexHome()
  await writeFile(join(home, 'logs_2.sqlite'), 'no database at all'.repeat(100_000))
  deleteGrownLogs(home)
  deleteGrownLogs(join(home, 'missing'))
  expect(await readdir(home)).toEqual(['logs_2.sqlite'])
  const lines: unknown[] = []
  const warn = (fields: object) => lines.push(fields)
  const stop = logStopper(home, warn, [0, 1])
  for (let start = 0; start < 2; start++) await stop()
  await logStopper(join(home, 'missing'), warn, [0])()
  expect(lines).toEqual([{ codexHome: home }])
})
