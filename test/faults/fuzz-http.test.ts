import { createServer } from 'node:http'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { listen } from '../http/start-server.ts'
import { megabytesOf } from '../support/descriptors.ts'
import { turn } from '../support/scripted-codex/exec-steps.ts'
import { answersIn, exchanged } from './raw-answers.ts'
import { budget, checkAnswer, seconds } from './fuzzing.ts'
import { connections } from './odd-bytes.ts'
import { startServeOnScriptedCodex } from './serve-on-scripted-codex.ts'

it(
  'whatever bytes a connection brings, they are answered as HTTP, in time, and the gateway lives',
  { timeout: seconds * 1_000 + 60_000 },
  async () => {
    await using gateway = await startServeOnScriptedCodex([turn('First.')])
    const port = Number(new URL(gateway.url).port)
    const before = megabytesOf(gateway.pid)
    const statuses = new Map<number, number>()
    await fc.assert(
      fc.asyncProperty(connections, async (pieces) => {
        for (const answer of answersIn(await exchanged(port, pieces))) {
          checkAnswer(answer)
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
        }
      }),
      budget
    )
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 400, 401, 404, 405]))
    expect(gateway.log.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([])
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200)
    expect(megabytesOf(gateway.pid) - before).toBeLessThan(100)
  }
)

it('a server that fails is found, and the smallest input shown', { timeout: 60_000 }, async () => {
  const failing = createServer((req, res) => void res.writeHead(req.method === 'PUT' ? 500 : 200).end())
  await using server = await listen(failing)
  const property = fc.asyncProperty(connections, async (pieces) =>
    answersIn(await exchanged(server.port, pieces)).forEach((answer) => checkAnswer(answer))
  )
  await expect(fc.assert(property, { ...budget, interruptAfterTimeLimit: 5_000 })).rejects.toThrow(
    /Counterexample: .*HTTP/
  )
})
