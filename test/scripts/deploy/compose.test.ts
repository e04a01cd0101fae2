import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { needing } from '../../support/left-out.ts'
import { natsServer } from '../../support/nats.ts'
import { deploy } from './chart.ts'
import { Composed } from './composed.ts'

describe('compose.yaml, its services as processes of this machine', () => {
  needing('nats-server', natsServer !== undefined, () => {
    let composed: Composed
    let frontend: string
    let workers: string[]
    beforeAll(async () => {
      composed = await Composed.open()
      await composed.setup()
      expect((await fetch(await composed.nats())).status).toBe(200)
      const demo = { demo: true }
      const started = ['worker-1', 'worker-2'].map((name) => composed.gateway(name, demo))
      frontend = await composed.gateway('frontend')
      workers = await Promise.all(started)
    }, 60_000)
    afterAll(() => composed[Symbol.asyncDispose]())

    const chat = (token: string, url = frontend) =>
      fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ messages: [{ role: 'user', content: 'Say hello.' }] })
      })

    const metrics = async (url: string, role: 'frontend' | 'worker') => {
      const headers = { authorization: `Bearer ${await composed.token(role)}` }
      return (await fetch(`${url}/metrics`, { headers })).text()
    }

    it('becomes healthy by its own health checks', async () => {
      await expect.poll(() => composed.isHealthy('frontend', frontend), { timeout: 20_000 }).toBe(true)
      for (const [index, url] of workers.entries())
        await expect.poll(() => composed.isHealthy(`worker-${index + 1}`, url), { timeout: 20_000 }).toBe(true)
    })

    it('answers a chat through a worker, with the token that setup made', async () => {
      const answer = await chat(await composed.token('frontend'))
      const { choices } = (await answer.json()) as { choices: [{ message: { content: string } }] }
      expect([answer.status, choices[0].message.content]).toEqual([200, expect.stringContaining('Say hello.')])
      const completed = async () => {
        const texts = await Promise.all(workers.map((url) => metrics(url, 'worker')))
        return texts.join('\n').match(/^codex_gateway_turns_total\{.*end="completed".*\} 1$/gm)
      }
      await expect.poll(completed).toHaveLength(1) // the worker counts it when all of it is gone
    })

    it('gives no role what is another’s', async () => {
      expect((await chat(await composed.token('worker'))).status).toBe(401)
      const [worker = ''] = workers
      expect(await metrics(worker, 'frontend')).toContain('invalid_api_key')
      expect(await metrics(worker, 'worker')).toContain('codex_gateway_broker_up 1')
      const passwords = await readFile(join(composed.folder, 'nats/passwords.conf'), 'utf8')
      const [, front = '', other = ''] = /FRONT_PASSWORD: "(.+)"\nWORKER_PASSWORD: "(.+)"/.exec(passwords) ?? []
      const env = (role: string) => readFile(join(composed.folder, role, '.env'), 'utf8')
      expect(await env('worker')).toContain(`worker:${other}@`)
      expect(await env('worker')).not.toContain(front)
      expect(await env('frontend')).not.toContain(other)
    })

    it('keeps what setup made when it runs again', async () => {
      const token = await composed.token('frontend')
      await composed.setup()
      expect(await composed.token('frontend')).toBe(token)
    })

    it('has every metric that the dashboard and the autoscaler ask for', async () => {
      const exposed = (await metrics(frontend, 'frontend')) + (await metrics(workers[0] ?? '', 'worker'))
      const dashboard = await readFile(join(deploy, 'grafana/codex-gateway.json'), 'utf8')
      const guide = await readFile(join(deploy, '../../docs/deployment.md'), 'utf8')
      const asked = new Set((dashboard + guide).match(/codex_gateway_\w+(?=[{)[])/g) ?? [])
      expect(asked.size).toBeGreaterThan(12)
      const names = new Set([...exposed.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name))
      expect([...asked].filter((name) => !names.has(name.replace(/_bucket$/, '')))).toEqual([])
    })

    it('ends in good order', async () => {
      expect(await composed.down()).toEqual([0, 0, 0, expect.anything()])
    })
  })
})
