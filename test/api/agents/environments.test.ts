import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { all, failure, stranger } from './start-agents.ts'
import { agent, hosted, inline, runIn, sharedEnvironments } from './start-environments.ts'

const rig = sharedEnvironments({ CODEX_ENVIRONMENT_HOSTS: 'localhost,example.com', CODEX_MAX_CONCURRENCY: '4' })
const agents = () => rig().agents()
const sessions = () => agents().sessions
const ran = (commands: string[], more?: object) => runIn(rig(), commands, more)
const environment = hosted
const folders = async () => (await readdir(join(rig().root, 'environments', 'default'))).sort()

describe('a session with an environment', () => {
  it('finds its files, writes below its folder alone, and publishes what it leaves in outputs', async () => {
    const { result, session, outputs, items } = await ran(
      [
        'cat data/in.txt; pwd; echo $GREETING; test -w "$HOME" && test -w "$TMPDIR" && echo own',
        'cp data/in.txt outputs/out.txt; ln -s /etc/passwd outputs/link; ln data/in.txt outputs/hard; mkfifo outputs/fifo; echo x > /tmp/no-such-place; echo y > "$OLDPWD/../../no"; ls'
      ],
      { files: [inline('/workspace/data/in.txt', 'the input\n')], env: { GREETING: 'hello there' } }
    )
    expect(outputs[0]).toMatch(/^the input\n.*\nhello there\nown\n/)
    expect(items.find(({ type }) => type === 'command_execution')).toMatchObject({ cwd: '/workspace' })
    expect(existsSync('/tmp/no-such-place')).toBe(false)
    const listed = await all(sessions().artifacts.list(session))
    expect(listed.map(({ path }) => path)).toEqual(['/workspace/outputs/out.txt'])
    const content = await sessions().artifacts.forResult(result).content('/workspace/outputs/out.txt')
    expect(await content.text()).toBe('the input\n')
    const { environment: shown } = await sessions().retrieve(session)
    expect(shown).toMatchObject({ type: 'openai_hosted', network: { access: 'disabled' }, files: [{ size_bytes: 10 }] })
    expect(JSON.stringify(shown)).not.toContain('hello there')
  })

  it('is gone with its session, and what it published stays until it is deleted', async () => {
    const { session } = await ran(['mkdir -p a/b/c; echo 1 > outputs/one; chmod 000 a/b; chmod 000 a'])
    const { environment: shown } = await sessions().retrieve(session)
    const { id } = shown as { id: string }
    expect(await folders()).toContain(id)
    await sessions().delete(session)
    expect(await folders()).not.toContain(id)
    await expect.poll(() => existsSync(join(rig().root, 'removed', id)), { timeout: 20_000 }).toBe(false)
    expect(await failure(agents().environments.retrieve(id))).toMatchObject({ status: 404 })
    const [artifact] = await all(sessions().artifacts.list(session))
    expect(await (await sessions().artifacts.content(artifact!.id, { session_id: session })).text()).toBe('1\n')
    await sessions().artifacts.delete(artifact!.id, { session_id: session })
    expect(await failure(sessions().artifacts.retrieve(artifact!.id, { session_id: session }))).toMatchObject({
      status: 404
    })
    expect(await failure(all(sessions().artifacts.list(session)))).toMatchObject({ status: 404 })
  })

  it('reads nothing of another session, nor of the operator', async () => {
    const { environment: shown } = await sessions().retrieve((await ran(['echo secret > mine'])).session)
    const { id } = shown as { id: string }
    const { outputs } = await ran([
      `cat ../../${id}/files/mine; ls ../..; ls ${rig().root}; ls ${rig().root}/artifacts`
    ])
    expect(outputs.join()).not.toMatch(/secret\n|\bmine\b(?!:)|env_[0-9a-f]{32}\n/)
  })

  it('gets files at no place but its own, whatever links its commands make', async () => {
    const { session } = await ran([
      `rm -r outputs; ln -s ${rig().home} outputs; ln -s ${rig().home} home; mkdir -p ${'d/'.repeat(70)}; echo 1 > x`
    ])
    const { environment: shown } = await sessions().retrieve(session)
    const { id } = shown as { id: string }
    const before = await readdir(rig().home)
    const { files } = agents().environments
    expect(await failure(files.create(id, inline('/workspace/home/new', 'x')))).toMatchObject({ status: 409 })
    expect(await failure(files.create(id, inline('/workspace/home', 'x')))).toMatchObject({ status: 409 })
    expect(await readdir(rig().home)).toEqual(before)
    expect(await all(files.list(id, { path: '/workspace/home' }))).toEqual([])
    expect(await failure(all(files.list(id)))).toMatchObject({ status: 409 })
    expect(await all(sessions().artifacts.list(session))).toEqual([])
    await sessions().delete(session)
    await expect.poll(() => existsSync(join(rig().root, 'removed', id)), { timeout: 20_000 }).toBe(false)
  })

  it('reaches the network as far as its session asks and the operator allows', async () => {
    const url = rig().url().replace('127.0.0.1', 'localhost').replace(/v1$/, 'healthz')
    const command = [`curl -s -m 5 ${url} || echo none`]
    expect((await ran(command)).outputs[0]).toBe('none\n')
    const restricted = { access: 'restricted', allowed_domains: ['localhost'] }
    expect((await ran(command, { network: restricted })).outputs[0]).toBe('{"ok":true}')
    const other = { access: 'restricted', allowed_domains: ['example.com'] }
    expect((await ran(command, { network: other })).outputs[0]).not.toBe('{"ok":true}')
  })
})

it('a session whose creation is repeated with its key is made once, with one environment', async () => {
  const before = (await folders()).length
  const options = { headers: { 'Idempotency-Key': 'one session' } }
  const create = (input: string) => sessions().create({ environment, agent, input }, options)
  const made = await Promise.all(Array.from({ length: 10 }, () => create('Once.')))
  expect(new Set(made.map(({ id }) => id)).size).toBe(1)
  expect((await folders()).length).toBe(before + 1)
  expect(await failure(create('Twice.'))).toMatchObject({ status: 409, code: 'idempotency_conflict' })
  const id = made[0]!.id
  await expect.poll(async () => (await sessions().retrieve(id)).status, { timeout: 20_000 }).toBe('idle')
  expect(await all(sessions().turns.list(id))).toHaveLength(1)
  await sessions().delete(id)
  expect((await create('Once.')).id).not.toBe(id)
})

describe('an environment', () => {
  it('is made before its session, with a template, and taken once', async () => {
    const template = await agents().environments.templates.create({
      name: 'clerk',
      files: [inline('/workspace/form.txt', 'a form')],
      env: { SECRET: 'hidden value' }
    })
    expect(JSON.stringify(template)).not.toContain('hidden value')
    expect(template).toMatchObject({ object: 'agent.environment.template', name: 'clerk', files: [{ size_bytes: 6 }] })
    const { environments } = agents()
    const wish = { environment: { ...environment, environment_template_id: template.id }, 'Idempotency-Key': 'one' }
    const [made, again] = [await environments.create(wish), await environments.create(wish)]
    expect([made.status, again.id]).toEqual(['ready', made.id])
    const other = { environment, 'Idempotency-Key': 'one' }
    expect(await failure(environments.create(other))).toMatchObject({ status: 409, code: 'idempotency_conflict' })
    await environments.files.create(made.id, inline('/workspace/more/b.txt', 'bb'))
    await environments.files.create(made.id, inline('/workspace/more/b.txt', 'bbb'))
    const files = await all(environments.files.list(made.id, { order: 'asc', limit: 1 }))
    expect(files.map(({ path, size_bytes }) => [path, size_bytes])).toEqual([
      ['/workspace/form.txt', 6],
      ['/workspace/more/b.txt', 3]
    ])
    expect(await all(environments.files.list(made.id, { path: '/workspace/more' }))).toHaveLength(1)
    const { session, outputs } = await ran(['cat form.txt more/b.txt; echo; echo $SECRET'], { environment_id: made.id })
    expect(outputs[0]).toBe('a formbbb\nhidden value\n')
    expect((await environments.retrieve(made.id)).status).toBe('connected')
    const taken = { ...environment, environment_id: made.id }
    expect(await failure(sessions().create({ environment: taken, agent, input: 'x' }))).toMatchObject({ status: 409 })
    await sessions().delete(session)
    expect(await agents().environments.templates.delete(template.id)).toMatchObject({ deleted: true })
  })

  it('is nobody else’s', async () => {
    const { id } = await agents().environments.create({ environment })
    const template = await agents().environments.templates.create({})
    const { session } = await ran(['echo 1 > outputs/one'])
    const [artifact] = await all(sessions().artifacts.list(session))
    const others = rig().client(stranger).beta.agents
    const own = { session_id: session }
    for (const call of [
      () => others.environments.retrieve(id),
      () => others.environments.files.list(id),
      () => others.environments.files.create(id, inline('/workspace/x', 'x')),
      () => others.environments.templates.retrieve(template.id),
      () => others.environments.templates.update(template.id, { name: 'x' }),
      () => others.environments.templates.delete(template.id),
      () => others.environments.create({ environment: { ...environment, environment_template_id: template.id } }),
      () => others.sessions.create({ environment: { ...environment, environment_id: id }, agent, input: 'x' }),
      () => others.sessions.artifacts.list(session),
      () => others.sessions.artifacts.retrieve(artifact!.id, own),
      () => others.sessions.artifacts.content(artifact!.id, own),
      () => others.sessions.artifacts.delete(artifact!.id, own)
    ])
      expect(await failure(call())).toMatchObject({ status: 404, code: 'not_found_error' })
    expect(await all(others.environments.list())).toEqual([])
    expect(await all(others.environments.templates.list())).toEqual([])
    expect((await all(agents().environments.list({ order: 'asc' }))).map((one) => one.id)).toContain(id)
  })
})

describe('what an environment cannot be', () => {
  it.each([
    ['environment.type', { type: 'self_hosted', workspace_directory: '/w' }],
    ['environment.network.access', { network: { access: 'enabled' } }],
    [
      'environment.network.allowed_domains[1]',
      { network: { access: 'restricted', allowed_domains: ['example.com', 'x.org'] } }
    ],
    [
      'environment.network.allowed_domains[0]',
      { network: { access: 'restricted', allowed_domains: ['*.example.com'] } }
    ],
    ['environment.network.blocked_domains', { network: { access: 'restricted', blocked_domains: ['x.org'] } }],
    ['environment.network.allowed_domains', { network: { access: 'restricted' } }],
    ['environment.packages.npm', { packages: { npm: ['left-pad'] } }],
    ['environment.skills', { skills: [{ type: 'skill_reference', skill_id: 'x' }] }],
    ['environment.setup_commands[0].command', { setup_commands: [{ command: '' }] }],
    ['environment.setup_commands[1].cwd', { setup_commands: [{ command: 'true' }, { command: 'true', cwd: '/etc' }] }],
    ['environment.desktop.enabled', { desktop: { enabled: true } }],
    ['environment.files[0].path', { files: [inline('/workspace/../x', 'x')] }],
    ['environment.files[0].path', { files: [inline('/etc/passwd', 'x')] }],
    ['environment.files[1].path', { files: [inline('/workspace/a', 'x'), inline('/workspace/a/b', 'x')] }],
    ['environment.files[0].data', { files: [{ ...inline('/workspace/a', 'x'), data: '%%' }] }],
    ['environment.env.a b', { env: { 'a b': 'x' } }],
    ['environment.env.A', { env: { A: 'a\0b' } }]
  ])('is refused by the name of the parameter: %s', async (param, more) => {
    const call = sessions().create({ environment: { ...environment, ...more } as typeof hosted, agent, input: 'x' })
    expect(await failure(call)).toMatchObject({ status: 400, param })
  })
})
