import { X509Certificate } from 'node:crypto'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fewCertificates } from '../../../src/codex/home/certificates.ts'
import { quickPath } from '../../../src/codex/home/quick-path.ts'
import { engineNames } from '../../../src/app/engines.ts'
import { eventsOf, turnRequest } from '../../engines/app-server/rig.ts'
import { says } from '../../support/upstream/answer.ts'
import { runs } from '../../support/upstream/tool-calls.ts'
import { startConfiguredEngine } from '../../support/configured-engine.ts'

let base: string
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'quick-'))
})
afterEach(() => rm(base, { recursive: true, force: true }))

/** A folder with an `lsb_release` and a `git` that note in `asked` what they were asked. */
async function slowSystem(): Promise<{ folder: string; asked: string }> {
  const [folder, asked] = [join(base, 'it’s a folder'), join(base, 'asked')]
  await mkdir(folder)
  for (const name of ['lsb_release', 'git'])
    await writeFile(join(folder, name), `#!/bin/sh\necho "asked $*"\necho "$*" >> '${asked}'\n`, { mode: 0o755 })
  return { folder, asked }
}

describe('the PATH of codex', () => {
  it('keeps codex from running two slow programs, and lets its commands run them', async () => {
    const { folder } = await slowSystem()
    const path = await quickPath(base, `/nowhere:${folder}:/usr/bin:/bin`)
    expect(path).toBe(`${join(base, 'bin')}:/nowhere:${folder}:/usr/bin:/bin`)
    const ask = (name: string, env: Record<string, string>) =>
      execa(name, ['-a', 'b c'], { env: { PATH: path, ...env }, extendEnv: false, reject: false })
    expect(await ask('lsb_release', { CODEX_HOME: base })).toMatchObject({ exitCode: 1, stdout: '' })
    expect(await ask('git', { CODEX_HOME: base })).toMatchObject({ exitCode: 128, stdout: '' })
    for (const name of ['lsb_release', 'git'])
      expect(await ask(name, {})).toMatchObject({ exitCode: 0, stdout: 'asked -a b c' })
    expect(await quickPath(base, path)).toBe(path)
    expect(await readdir(join(base, 'bin'))).toEqual(['git', 'lsb_release'])
  })

  it('is left as it is where nothing on it is slow', async () => {
    expect(await quickPath(base, '/nowhere:relative')).toBe('/nowhere:relative')
    expect(await readdir(base)).toEqual([])
  })
})

describe('the certificates of codex', () => {
  const plain = { baseUrl: 'http://127.0.0.1:9/v1', mcpServers: [] }

  it('are one where the endpoint is plain http', async () => {
    const { SSL_CERT_FILE: path = '' } = await fewCertificates(base, {}, plain)
    expect(new X509Certificate(await readFile(path)).ca).toBe(true)
  })

  it('are the system’s wherever somebody may have to be trusted, and the operator’s where he names them', async () => {
    expect(await fewCertificates(base, {}, { mcpServers: [] })).toEqual({})
    expect(await fewCertificates(base, {}, { ...plain, baseUrl: 'https://127.0.0.1:9/v1' })).toEqual({})
    expect(await fewCertificates(base, {}, { ...plain, mcpServers: ['search'] })).toEqual({})
    for (const name of ['SSL_CERT_FILE', 'SSL_CERT_DIR', 'CODEX_CA_CERTIFICATE'])
      expect(await fewCertificates(base, { [name]: '/x' }, plain)).toEqual({})
  })
})

describe.each(engineNames)('a turn on %s', (engine) => {
  it('asks nobody what it does not need, and leaves no sessions to look through', async () => {
    const { folder, asked } = await slowSystem()
    await using whole = await startConfiguredEngine({ PATH: `${folder}:/usr/bin:/bin` })
    await execa('git', ['init', whole.workspace])
    for (const profile of ['bare', 'agent'] as const) {
      const events = await eventsOf(
        whole.engine.run(turnRequest({ engine, profile, model: 'gpt-5.5' }), new AbortController().signal)
      )
      expect(events.at(-1)).toMatchObject({ type: 'turn.completed' })
    }
    expect(whole.upstream.others).toEqual([])
    await expect(readFile(asked)).rejects.toThrow('ENOENT')
    whole.upstream.answerAll(runs('git status', says('Done.')))
    await eventsOf(whole.engine.run(turnRequest({ engine, model: 'gpt-5.5' }), new AbortController().signal))
    expect(JSON.stringify(whole.upstream.requests.at(-1)!.toolOutputs)).toContain('No commits yet')
    expect(await readdir(whole.codexHome)).not.toContain('sessions')
  }, 60_000)
})
