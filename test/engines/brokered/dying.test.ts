import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { commandFolder } from '../../support/command.ts'
import { needing } from '../../support/left-out.ts'
import { Machine, token } from '../../support/machine-process.ts'
import { natsServer, startNats } from '../../support/nats.ts'
import type { Nats } from '../../support/nats.ts'
import { processesLeftWith, processesWith } from '../../support/processes.ts'
import { says } from '../../support/upstream/answer.ts'
import { dripped } from '../../support/upstream/script.ts'
import { startUpstream } from '../../support/upstream/upstream.ts'
import type { Upstream } from '../../support/upstream/upstream.ts'
import { expectSessionGoesOn } from './dying-session.ts'

interface Answer {
  status: number
  text: string
  retry: string | null
}

/** Answers of three seconds, so that there is a middle to break in. */
const words = Array.from({ length: 60 }, (_, index) => `word${index} `)
const few = words.slice(0, 20) // for prompts of one word

needing('nats-server', natsServer !== undefined, () => {
  describe('machines that die, as they are built, with the real codex', () => {
    let folder: string
    let nats: Nats
    let upstream: Upstream
    let [fronts, workers] = [[], []] as [Machine[], Machine[]]
    /** How often each prompt has reached the model. */
    const starts = new Map<string, number>()

    beforeAll(async () => {
      await using _built = await commandFolder()
      folder = await mkdtemp(join(tmpdir(), 'dying-'))
      nats = await startNats()
      upstream = await startUpstream((request) => {
        const prompt = request.userTexts.at(-1) ?? ''
        starts.set(prompt, (starts.get(prompt) ?? 0) + 1)
        return dripped(20, says(...(prompt.length < 6 ? few : words)))
      })
      const about = { folder, natsPort: nats.port, modelUrl: upstream.url, oneIn: 0, random: Math.random }
      const start = (role: 'serve' | 'worker', name: string) => Machine.start({ ...about, role, name })
      ;[fronts, workers] = await Promise.all([
        Promise.all(['front-1', 'front-2'].map((name) => start('serve', name))),
        Promise.all(['worker-1', 'worker-2'].map((name) => start('worker', name)))
      ])
    })
    afterAll(async () => {
      await Promise.all([...fronts, ...workers].map((machine) => machine[Symbol.asyncDispose]()))
      await upstream[Symbol.asyncDispose]()
      await nats[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    })
    beforeEach(async () => {
      starts.clear()
      for (const { url } of fronts)
        await expect.poll(async () => metric(url, 'codex_gateway_workers{state="ready"}')).toBe(2)
    })

    const metric = async (url: string | undefined, name: string) => {
      const text = await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text()
      return Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${name} `))
          ?.split(' ')[1]
      )
    }

    /** What the probe of a balancer or of Kubernetes is answered. */
    const readiness = async ({ url }: Machine) => (await fetch(`${url}/ready`)).status

    async function ask(prompt: string, { stream = false, front = fronts[0] } = {}): Promise<Answer> {
      const response = await fetch(`${front?.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'gpt-5.5', stream, messages: [{ role: 'user', content: prompt }] })
      })
      return {
        status: response.status,
        retry: response.headers.get('x-should-retry'),
        text: await response.text()
      }
    }

    const said = ({ text }: Answer) =>
      text.startsWith('{')
        ? (JSON.parse(text) as { choices: [{ message: { content: string } }] }).choices[0].message.content.trim()
        : [...text.matchAll(/"content":"(word[^"]*)"/g)]
            .map(([, delta]) => delta)
            .join('')
            .trim()
    const complete = words.join('').trim()
    const hasStarted = (count: number) => expect.poll(() => starts.size).toBe(count)
    const startedOnce = (count: number) => expect([...starts.values()]).toEqual(Array.from({ length: count }, () => 1))
    /** Workers say which turns they run only in sum: each prompt has another root, so that both have some. */
    const prompts = (what: string) => Array.from({ length: 4 }, (_, index) => `${what} ${index}`)

    it('a worker: its turns fail within two seconds and never start again, the other’s are complete, nothing of it is left', async () => {
      const answers = prompts('worker killed').map((prompt, index) => ask(prompt, { stream: index % 2 === 1 }))
      await hasStarted(4)
      const [killed] = workers as [Machine]
      expect(processesWith(`${folder}/worker-1/home`)).not.toEqual([])
      const at = performance.now()
      let failedAfter = Infinity
      for (const answer of answers)
        void answer.then(({ text }) => {
          if (text.includes('engine_stopped')) failedAfter = Math.min(failedAfter, performance.now() - at)
        })
      await killed.end('SIGKILL')
      const ended = await Promise.all(answers)
      const failed = ended.filter(({ text }) => text.includes('engine_stopped'))
      const right = ended.filter((answer) => !failed.includes(answer))
      expect(right.map(said)).toEqual(right.map(() => complete))
      for (const { status, retry, text } of failed)
        expect(text.startsWith('data:') ? text : `${status} ${retry}`).toMatch(/^502 false$|"engine_stopped"/)
      expect(await processesLeftWith(`${folder}/worker-1/home`)).toEqual([])
      startedOnce(4)
      if (failed.length > 0) expect(failedAfter).toBeLessThan(5_000) // 1.1 s, on a machine with nothing else to do
      expect(said(await ask('after the kill'))).toBe(complete)
      await killed.start()
    })

    it('a worker that is frozen for a second, or cut off: a pause, and every delta once', async () => {
      const answers = prompts('frozen').map((prompt) => ask(prompt, { stream: true }))
      await hasStarted(4)
      const [one, other] = workers as [Machine, Machine]
      one.signal('SIGSTOP')
      other.cut(true)
      await sleep(1_000)
      one.signal('SIGCONT')
      other.cut(false)
      expect((await Promise.all(answers)).map(said)).toEqual(answers.map(() => complete))
      startedOnce(4)
    })

    it('a broker that is frozen, and one that is killed: a pause, and every delta once', async () => {
      const answers = prompts('broker').map((prompt, index) => ask(prompt, { stream: true, front: fronts[index % 2]! }))
      await hasStarted(4)
      process.kill(nats.pid, 'SIGSTOP')
      await sleep(1_000)
      process.kill(nats.pid, 'SIGCONT')
      await nats.kill()
      for (const front of fronts) await expect.poll(() => readiness(front)).toBe(503)
      await nats.start()
      for (const front of fronts) await expect.poll(() => readiness(front)).toBe(200)
      expect((await Promise.all(answers)).map(said)).toEqual(answers.map(() => complete))
      startedOnce(4)
    })

    it('of a session: its front end, and it is followed at the other one; its worker, and it goes on when that is back', async () => {
      await expectSessionGoesOn({ fronts, workers, answer: few.join('') })
      startedOnce(3)
    })

    it(
      'for longer than signs of life are waited for: turns fail, none starts again, and what runs on is ended',
      { timeout: 90_000 },
      async () => {
        const [frozen, other] = workers as [Machine, Machine]
        const [front, dead] = fronts as [Machine, Machine]
        const running = prompts('frozen for long').map((prompt) => ask(prompt, { stream: true, front }))
        await hasStarted(4)
        frozen.signal('SIGSTOP')
        const began = performance.now()
        // these are offered to a worker that does not answer, or come to it in the line, and start at the other one
        const waiting = prompts('arrives meanwhile').map((prompt) => ask(prompt, { front }))
        const orphans = prompts('front end killed').map((prompt) => ask(prompt, { front: dead }).catch(() => 'cut'))
        await expect
          .poll(() => [...starts.keys()].filter((prompt) => prompt.startsWith('front')).length)
          .toBeGreaterThan(0)
        await dead.end('SIGKILL')
        expect(await Promise.all(orphans)).toEqual(orphans.map(() => 'cut'))
        for (const answer of await Promise.all(running)) expect(answer.text).toMatch(/"code":"engine_stopped"|\[DONE\]/)
        expect((await Promise.all(waiting)).map(said)).toEqual(waiting.map(() => complete))
        const left = 11_000 - (performance.now() - began)
        if (left > 0) await sleep(left)
        frozen.signal('SIGCONT')
        await expect.poll(() => upstream.open.exchanges).toBe(0)
        await expect.poll(() => metric(front.url, 'codex_gateway_worker_slots_active')).toBe(0)
        expect([...starts].filter(([, count]) => count > 1)).toEqual([])
        expect(said(await ask('both again', { front }))).toBe(complete)
        expect([frozen, other].flatMap(({ bugs }) => bugs)).toEqual([])
        await dead.start()
      }
    )

    it('all workers: front ends are not ready, until one is there', async () => {
      await Promise.all(workers.map((worker) => worker.end('SIGTERM')))
      for (const front of fronts) await expect.poll(() => readiness(front)).toBe(503)
      await workers[0]?.start()
      for (const front of fronts) await expect.poll(() => readiness(front)).toBe(200)
    })
  })
})
