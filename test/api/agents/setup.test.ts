import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { processesWith } from '../../support/processes.ts'
import { all, failure } from './start-agents.ts'
import { agent, hosted, inline, runIn, sharedEnvironments } from './start-environments.ts'

const rig = sharedEnvironments({ CODEX_ENVIRONMENT_HOSTS: '*', CODEX_API_KEY: 'sk-the-key-of-these-tests' })
const agents = () => rig().agents()
const sessions = () => agents().sessions
const create = (commands: object[], more: object = {}) => {
  const environment = { ...hosted, ...more, setup_commands: commands as { command: string }[] }
  return sessions().create({ environment, agent, input: 'Begin.' })
}
const state = async (id: string) => (await agents().environments.retrieve(id)).status
const prepare = (commands: { command: string; cwd?: string }[], more: object = {}) =>
  agents().environments.create({ environment: { ...hosted, ...more, setup_commands: commands } })
const ends = (id: string, status: string) => expect.poll(() => state(id), { timeout: 20_000 }).toBe(status)

describe('the setup commands of an environment', () => {
  it('run once, in their order, before the first turn, with the bounds of its turns', async () => {
    const url = rig().url().replace('127.0.0.1', 'localhost').replace(/v1$/, 'healthz')
    const first =
      'cat; echo "$GREETING" >> log; cat sub/in.txt >> log; cat /proc/*/environ 2>/dev/null | grep -c the-key-of-these >> log; true'
    const second = `pwd > where; ls ${rig().root}/environments/default >> ../log; echo x > /tmp/no-such-place; curl -s -m 5 ${url} >> ../log; true`
    const { outputs, session } = await runIn(rig(), ['cat log sub/where', 'cat log'], {
      env: { GREETING: "it's me" },
      files: [inline('/workspace/sub/in.txt', 'in')],
      setup_commands: [{ command: first }, { command: second, cwd: '/workspace/sub' }]
    })
    expect(outputs[0]).toMatch(/^it's me\nin0\n[^{]*\/sub\n$/)
    expect(outputs[0]?.match(/env_[0-9a-f]{32}/g)?.length).toBe(1) // its own, in the path
    expect(outputs[1]?.split("it's me").length).toBe(2)
    const { environment } = await sessions().retrieve(session)
    expect(JSON.stringify(environment)).not.toContain('GREETING')
  })

  it('that fail make the environment fail, its turn and its session, with the end of their output', async () => {
    const made = await create([
      { command: 'yes line | head -c 100000; echo the end; pwd; exit 3' },
      { command: 'touch never' }
    ])
    await expect.poll(async () => (await sessions().retrieve(made.id)).status, { timeout: 20_000 }).toBe('failed')
    const [turn] = await all(sessions().turns.list(made.id))
    expect(turn).toMatchObject({ status: 'failed', error: { code: 'sandbox_error' } })
    expect(turn?.error?.message).toMatch(/^Setup command 1 ended with the exit code 3.*the end\n\/workspace\n$/s)
    expect(turn?.error?.message.length).toBeLessThan(4_300)
    const { id } = made.environment as { id: string }
    expect(await state(id)).toBe('failed')
    expect(await readdir(join(rig().root, 'environments', 'default', id, 'files'))).toEqual(['outputs'])
    const events = [{ type: 'agent.session.input.cancel' as const }]
    await sessions().events.create(made.id, { events })
    await sessions().delete(made.id)
  })

  it('run when it is made before its session, which waits for them', async () => {
    const made = await prepare([{ command: 'sleep 0.3; echo ready > done' }])
    expect(made.status).toBe('pending')
    const { outputs } = await runIn(rig(), ['cat done'], { environment_id: made.id })
    expect(outputs).toEqual(['ready\n'])
    expect(await state(made.id)).toBe('connected')
    const bad = await prepare([{ command: 'no-such-command' }])
    await ends(bad.id, 'failed')
    const environment = { ...hosted, environment_id: bad.id }
    expect(await failure(sessions().create({ environment, agent, input: 'x' }))).toMatchObject({ status: 409 })
  })

  it('are those of its template, which does not show them', async () => {
    const { templates } = agents().environments
    const template = await templates.create({ setup_commands: [{ command: 'echo templated > made' }] })
    expect(JSON.stringify(await templates.update(template.id, { name: 'x' }))).not.toContain('templated')
    const filesOf = async () => {
      const { id } = await agents().environments.create({
        environment: { ...hosted, environment_template_id: template.id }
      })
      await ends(id, 'ready')
      return (await all(agents().environments.files.list(id))).map(({ path }) => path)
    }
    expect(await filesOf()).toEqual(['/workspace/made'])
    await templates.update(template.id, { setup_commands: null })
    expect(await filesOf()).toEqual([])
  })

  it('reach the whole network where the operator allows it and the environment asks for it', async () => {
    const url = rig().url().replace(/v1$/, 'healthz')
    const command = `curl -s -m 5 ${url} > health; true`
    const sizeWith = async (more: object) => {
      const { id } = await prepare([{ command }], more)
      await ends(id, 'ready')
      return (await all(agents().environments.files.list(id))).map(({ size_bytes }) => size_bytes)
    }
    expect(await sizeWith({})).toEqual([0])
    expect(await sizeWith({ network: { access: 'enabled' } })).toEqual(['{"ok":true}'.length])
  })

  it('run in each session that an automation makes, which does not show them', async () => {
    const environment = { ...hosted, setup_commands: [{ command: 'echo automated > made' }] }
    const input = [{ role: 'user' as const, content: [{ type: 'input_text' as const, text: 'Begin.' }] }]
    const { automations } = agents()
    const target = { type: 'new_session' as const, environment, agent, input }
    const schedule = { type: 'periodic' as const, expression: '0 0 29 2 *', timezone: 'Europe/Berlin' }
    const made = await automations.create({ name: 'report', target, ...schedule })
    expect(made.target).toMatchObject({ environment: { type: 'openai_hosted' } })
    expect(JSON.stringify(made)).not.toContain('automated')
    const { id } = await automations.invocations.create(made.id)
    const find = () => automations.invocations.retrieve(id, { automation_id: made.id })
    await expect.poll(async () => (await find()).status, { timeout: 20_000 }).toBe('completed')
    const session = (await find()).session_id!
    await expect.poll(async () => (await sessions().retrieve(session)).status, { timeout: 20_000 }).toBe('idle')
    const shown = (await sessions().retrieve(session)).environment as { id: string }
    const files = await all(agents().environments.files.list(shown.id))
    expect(files.map(({ path }) => path)).toEqual(['/workspace/made'])
    expect((await all(sessions().turns.list(session)))[0]?.status).toBe('completed')
  })

  it('end with their session and with the gateway, and nothing of them is left', async () => {
    const cancelled = await create([{ command: 'sleep 1001 & sleep 1001' }])
    const running = () => processesWith('sleep 1001').length
    await expect.poll(running, { timeout: 20_000 }).toBeGreaterThan(0)
    await sessions().events.create(cancelled.id, { events: [{ type: 'agent.session.input.cancel' }] })
    await expect.poll(async () => (await sessions().retrieve(cancelled.id)).status, { timeout: 20_000 }).toBe('idle')
    await sessions().delete(cancelled.id)
    expect(running()).toBe(0)
    const lost = await prepare([{ command: 'sleep 1001' }])
    await expect.poll(running, { timeout: 20_000 }).toBeGreaterThan(0)
    await rig().restart()
    expect(running()).toBe(0)
    await ends(lost.id, 'failed')
  })
})
