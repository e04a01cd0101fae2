import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startTasks } from '../api/tasks/start-tasks.ts'
import { owner } from '../api/threads/start-threads.ts'
import { commandFolder } from '../support/command.ts'
import { refuses } from '../support/upstream/items.ts'
import { answer, says } from '../support/upstream/answer.ts'

it('task runs, lists, shows and cancels tasks of a running gateway', { timeout: 60_000 }, async () => {
  await using rig = await startTasks(says('Done.'), { CODEX_TASK_ENV: 'API_SECRET' })
  await using folder = await commandFolder()
  const url = rig.url()
  const task = (...args: string[]) =>
    folder.run(['task', ...args, '--url', url], { CODEX_GATEWAY_TOKEN: owner, API_SECRET: 'a-value-of-the-caller' })
  const schema = join(folder.path, 'schema.json')
  await writeFile(schema, JSON.stringify({ type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] }))

  rig.upstream.answerNext(says('{"n":7}'))
  const ran = await task('run', 'Count', 'them.', '--schema', schema, '--env', 'API_SECRET')
  expect([ran.exitCode, JSON.parse(ran.stdout)]).toEqual([0, { n: 7 }])
  expect(ran.stderr.split('\n')).toEqual(['queued', 'running', 'succeeded'])
  expect(JSON.stringify(rig.upstream.requests.at(-1)!.body)).toMatch(/Count them\..*API_SECRET/)

  rig.upstream.answerNext(answer([refuses('No.')]))
  const refused = await task('run', 'Do it.', '--json')
  expect([refused.exitCode, JSON.parse(refused.stdout)]).toMatchObject([3, { error: { class: 'refused' } }])

  const { id } = JSON.parse(refused.stdout) as { id: string }
  expect((await task('list', '--status', 'failed')).stdout).toMatch(new RegExp(`^${id}  .*failed \\(refused\\)$`))
  expect((await task('show', id)).stdout).toContain(`${id}  failed`)
  expect((await task('cancel', 'task_none')).exitCode).toBe(1)
  const nowhere = await folder.run(['task', 'list', '--url', 'http://127.0.0.1:9'])
  expect([nowhere.exitCode, nowhere.stderr]).toEqual([
    1,
    expect.stringContaining('There is no gateway at http://127.0.0.1:9')
  ])
})
