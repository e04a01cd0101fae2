import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { once } from 'node:events'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { post } from '../app/start-gateway.ts'
import { commandFolder } from '../support/command.ts'
import { needing } from '../support/left-out.ts'
import { openFiles } from '../support/descriptors.ts'
import { processesWith } from '../support/processes.ts'
import { begin, complete, says as item, turn } from '../support/scripted-codex/exec-steps.ts'
import { startServe } from '../support/serve.ts'
import { says } from '../support/upstream/answer.ts'
import { codexBinary } from '../support/upstream/codex-home.ts'
import { mute } from '../support/upstream/script.ts'
import { startUpstream } from '../support/upstream/upstream.ts'
import { ask, chat, fullAnswerOf } from './watched-gateway.ts'
import { startServeOnScriptedCodex } from './serve-on-scripted-codex.ts'

const numbered = (count: number) => Array.from({ length: count }, (_, index) => index)
const first = turn('First.')
const gated = [...begin, { gate: 'go' }, item('In time.'), complete]
const hanging = [...begin, { hang: true as const }]
const wilful = [
  { ignore: ['SIGINT', 'SIGTERM'] as ('SIGINT' | 'SIGTERM')[] },
  ...begin,
  { spawn: 'stubborn' as const },
  { hang: true as const }
]
const mayMount =
  (await execa('unshare', ['-m', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', '/tmp'], { reject: false }))
    .exitCode === 0

describe('a gateway that is told to stop', () => {
  it('with two turns running and three waiting refuses the three, finishes the two, and ends', async () => {
    await using gateway = await startServeOnScriptedCodex([first, gated, gated])
    const running = numbered(2).map(() => chat(gateway.url))
    await gateway.codex.until((runs) => runs.length === 3)
    const waiting = numbered(3).map(() => chat(gateway.url))
    await expect.poll(gateway.turns).toEqual({ active: 2, waiting: 3 })
    gateway.child.kill('SIGTERM')
    const refused = await Promise.all(waiting)
    expect(refused.map(({ status, headers }) => [status, headers.get('x-should-retry')])).toEqual(
      numbered(3).map(() => [503, 'true'])
    )
    const late = await chat(gateway.url)
    expect(late.status).toBe(503)
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200)
    gateway.codex.open('go')
    const finished = await Promise.all(running)
    expect(finished.map(({ status }) => status)).toEqual([200, 200])
    const told = await Promise.all([...refused, late, ...finished].map(fullAnswerOf))
    expect((await gateway.child).exitCode).toBe(0)
    await gateway.expectNothingLeft(told.join(), 6)
  })

  it('twice waits for nobody, and takes down what takes no signal', async () => {
    await using gateway = await startServeOnScriptedCodex([first, wilful, wilful])
    const all = numbered(3).map((number) => chat(gateway.url, number === 0))
    await gateway.codex.until((runs) => runs.filter(({ children }) => children.length === 1).length === 2)
    await expect.poll(gateway.turns).toEqual({ active: 2, waiting: 1 })
    gateway.child.kill('SIGTERM')
    await gateway.logged('stopping')
    gateway.child.kill('SIGTERM')
    const answers = await Promise.all(all)
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503])
    expect((await gateway.child).exitCode).toBe(0)
    await gateway.expectNothingLeft((await Promise.all(answers.map(fullAnswerOf))).join(), 3)
  })
})

describe('a gateway', () => {
  it('that was stopped for a while ends what is overdue, once', async () => {
    await using gateway = await startServeOnScriptedCodex([first, hanging, hanging], {
      env: { CODEX_TIMEOUT_SECONDS: '3' }
    })
    const overdue = [chat(gateway.url), chat(gateway.url, true)]
    await gateway.codex.until((runs) => runs.length === 3)
    process.kill(gateway.pid, 'SIGSTOP')
    await new Promise((resolve) => setTimeout(resolve, 3_200)) // what is to be shown is that time passes
    process.kill(gateway.pid, 'SIGCONT')
    const answers = await Promise.all(overdue)
    expect(answers.map(({ status }) => status)).toEqual([504, 504])
    await gateway.expectNothingLeft((await Promise.all(answers.map(fullAnswerOf))).join(), 2)
  })

  needing('a user who may mount (unshare -m)', mayMount, () => {
    it('whose temporary folder is full refuses what needs it, runs what does not, and recovers', async () => {
      await using gateway = await startServeOnScriptedCodex([first], {
        shell: 'exec unshare -m bash -c \'mount -t tmpfs -o size=64k tmpfs "$TMPDIR" && exec "$@"\' bash "$@"'
      })
      const needy = {
        ...ask,
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'n', strict: true, schema: { type: 'object', description: 'x'.repeat(5_000) } }
        }
      }
      const asked = async () => {
        const response = await post(`${gateway.url}/v1/chat/completions`, needy)
        return { status: response.status, told: await fullAnswerOf(response) }
      }
      const filled = `${gateway.temp}/filled`
      await expect(writeFile(filled, Buffer.alloc(100_000))).rejects.toThrow('ENOSPC')
      const refused = await asked()
      expect(refused.status).toBe(503)
      const unaffected = await fullAnswerOf(await chat(gateway.url))
      expect(unaffected).toContain('Fine.')
      await execa('rm', [filled])
      const recovered = await asked()
      expect(recovered.status).toBe(200)
      await gateway.expectNothingLeft([refused.told, unaffected, recovered.told].join(), 3)
    })
  })

  it.each(['watchdog', 'namespace'])(
    'that has no descriptors left takes down its turns all the same, refuses others, and recovers (%s)',
    async (means) => {
      await using upstream = await startUpstream(says('Fine.'))
      const real = { CODEX_BIN: codexBinary, CODEX_API_BASE_URL: upstream.url }
      await using gateway = await startServeOnScriptedCodex([first, [...begin, { spawn: 'nohup' }, { hang: true }]], {
        env: means === 'namespace' ? real : {}
      })
      expect(await (await fetch(`${gateway.url}/healthz`)).json()).toMatchObject({ isolation: means })
      const allow = (files: number) => execa('prlimit', ['--pid', String(gateway.pid), `--nofile=${files}:1024`])
      const running = () => processesWith(`CODEX_GATEWAY_OWNER=${gateway.pid}.`).length
      upstream.answerNext(mute)
      const leaving = new AbortController()
      const left = chat(gateway.url, false, leaving.signal).catch(() => 'left')
      await (means === 'namespace'
        ? upstream.requested(2)
        : gateway.codex.until(([, run]) => run?.children.length === 1))
      await expect.poll(running).toBeGreaterThan(1) // a child has its own environment only after its exec
      await allow(openFiles(gateway.pid) + 2) // with so few from the start it would not come up
      const idle = numbered(20).map(() => connect(Number(new URL(gateway.url).port), '127.0.0.1').on('error', () => {}))
      await Promise.all(idle.map(opened))
      leaving.abort()
      expect(await left).toBe('left')
      for (const socket of idle) socket.destroy()
      await expect.poll(running).toBe(0)
      await allow(openFiles(gateway.pid) + 2)
      const refused = await chat(gateway.url)
      expect([refused.status, refused.headers.get('x-should-retry')]).toEqual([503, 'true'])
      await allow(1_024)
      await gateway.expectNothingLeft(await fullAnswerOf(refused), 2)
    }
  )

  it('may listen on an IPv6 address alone', async () => {
    await using folder = await commandFolder()
    await using gateway = await startServe(
      { ...folder, run: ([command = '', , ...args], env) => folder.run([command, '::1', ...args], env) },
      [],
      { CODEX_GATEWAY_TOKEN: 't' }
    )
    expect(gateway.url).toMatch(/^http:\/\/\[::1\]:\d+$/)
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200)
    gateway.child.kill('SIGTERM')
    expect((await gateway.child).exitCode).toBe(0)
  })
})

/** Resolves when the connection is open, or refused. */
async function opened(socket: Socket): Promise<unknown> {
  return Promise.race([once(socket, 'connect'), new Promise((resolve) => socket.once('close', resolve))])
}
