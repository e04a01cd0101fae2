import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { start } from '../support/command.ts'
import { packed } from '../support/packed.ts'
import { startServe } from '../support/serve.ts'

const project = join(import.meta.dirname, '..', '..')
const inProject = (name: string) => join(project, 'node_modules', name)
const embedder = (...calls: string[]) => `
import { configFrom, createGateway, createLog, openCodex } from 'codex-gateway'
const config = configFrom({ CODEX_GATEWAY_TOKEN: 'a-token', CODEX_CLI_HOME: './home' })
const codex = await openCodex(config, process.env)
const gateway = createGateway({ config, log: createLog({ level: 'fatal' }), ...codex })
${calls.join('\n')}
await gateway.stop()
await codex[Symbol.asyncDispose]()
`

let tarball: string
let consumer: string
beforeAll(async () => {
  consumer = await mkdtemp(join(tmpdir(), 'consumer-'))
  tarball = await packed(consumer)
  await writeFile(
    join(consumer, 'package.json'),
    JSON.stringify({ type: 'module', dependencies: { '@types/node': '*' } })
  )
  await linkDependencies()
  const env = { npm_config_cache: join(consumer, 'npm-cache') } // empty: nothing may come from elsewhere
  await execa('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', tarball], { cwd: consumer, env })
}, 240_000)
afterAll(() => rm(consumer, { recursive: true, force: true, maxRetries: 5 }))

/** Stands for the registry: what the package says it needs, and the types of Node. Nothing else can be imported. */
async function linkDependencies(): Promise<void> {
  const manifest = JSON.parse(await readFile(join(project, 'package.json'), 'utf8')) as Record<string, object>
  const names = Object.keys({ ...manifest['dependencies'], ...manifest['optionalDependencies'], '@types/node': '' })
  for (const name of names) {
    const link = join(consumer, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(inProject(name), link)
  }
}

describe('the npm package', () => {
  it('has only what runs, its declarations and what a user reads', async () => {
    const { stdout } = await execa('tar', ['-tzf', tarball])
    const names = stdout.split('\n').map((name) => name.replace(/^package\//, ''))
    expect(
      names
        .filter((name) => !/^(dist\/.*\.(js|d\.ts)|dist\/page\/[\w.-]+\.(html|js|css|svg)|docs\/.*\.md)$/.test(name))
        .sort()
    ).toEqual(['.env.example', 'LICENSE', 'README.md', 'package.json'])
  })

  it('has no fault that publint finds', async () => {
    const { stdout } = await execa(process.execPath, [inProject('publint/src/cli.js'), '--strict', tarball])
    expect(stdout).toContain('All good!')
  })

  it('answers from an empty folder with --demo, and finds the codex that was installed with it', async () => {
    const folder = await mkdtemp(join(consumer, 'empty-'))
    const program = join(consumer, 'node_modules', '.bin', 'codex-gateway')
    const env = { HOME: folder, PATH: `${dirname(process.execPath)}:/usr/bin:/bin` }
    const run = (args: string[]) => start(program, args, folder, env)
    await using gateway = await startServe({ run }, ['--demo'])
    const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }] })
    })
    expect(JSON.stringify(await answer.json())).toContain('You wrote: “Hello”')
    const page = await fetch(gateway.url, { headers: { accept: 'text/html' } })
    expect(await page.text()).toContain('<div id="app">')
    gateway.child.kill('SIGTERM')
    const { stderr } = await gateway.child
    expect(stderr).toMatch(/ bundled; engine /)
    expect(stderr).toContain(`curl ${gateway.url}/v1/chat/completions -H "Content-Type: application/json" -d`)
    expect(stderr).not.toContain('sed ')
  }, 60_000)

  it('gives a program its own gateway', async () => {
    await writeFile(
      join(consumer, 'embedder.js'),
      embedder(
        `await new Promise((resolve) => gateway.server.listen(0, '127.0.0.1', resolve))`,
        `const url = 'http://127.0.0.1:' + gateway.server.address().port`,
        `const statusWith = async (token) => (await fetch(url + '/v1/models', { headers: { authorization: 'Bearer ' + token } })).status`,
        `console.log(await statusWith('a-token'), await statusWith('another'))`
      )
    )
    const { stdout } = await execa(process.execPath, ['embedder.js'], { cwd: consumer })
    expect(stdout).toBe('200 401')
  }, 60_000)

  it('has types that a strict compiler accepts, and that find mistakes', async () => {
    await writeFile(
      join(consumer, 'embedder.ts'),
      embedder(
        `gateway.server.listen(config.CODEX_GATEWAY_PORT)`,
        `// @ts-expect-error it is a number`,
        `config.CODEX_GATEWAY_PORT.toUpperCase()`,
        `// @ts-expect-error an engine is missing`,
        `createGateway({ config, log: createLog() })`
      )
    )
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--lib', 'es2023,esnext.disposable']
    const files = ['--types', 'node', '--skipLibCheck', 'false', 'embedder.ts']
    const compiler = [inProject('typescript/bin/tsc'), ...options, ...files]
    const { stdout } = await execa(process.execPath, compiler, { cwd: consumer, reject: false })
    expect(stdout).toBe('')
  }, 120_000)
})
