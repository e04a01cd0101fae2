import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exportLines } from '../../src/commands/env.ts'
import { curlLine, tokenWord } from '../../src/commands/serve/curl.ts'
import { configFrom } from '../../src/config/config.ts'

const odd = `it's "a" $HOME \`token\`\\`.replaceAll(' ', '_')
const shell = async (script: string, env: Record<string, string> = {}) =>
  (await execa('sh', ['-c', script], { env })).stdout

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "a shell's folder-"))
})
afterAll(() => rm(folder, { recursive: true }))

describe('what codex-gateway env prints', () => {
  const values = (env: Record<string, string>) =>
    shell(`${exportLines(configFrom(env))}printf '%s %s' "$OPENAI_BASE_URL" "$OPENAI_API_KEY"`)

  it('is read by a shell as the URL and the first token, however odd', async () => {
    expect(await values({ CODEX_GATEWAY_TOKEN: `${odd},other` })).toBe(`http://127.0.0.1:8000/v1 ${odd}`)
  })

  it.each([
    ['0.0.0.0', 'http://127.0.0.1:9/v1'],
    ['::', 'http://[::1]:9/v1'],
    ['::1', 'http://[::1]:9/v1'],
    ['gateway.example', 'http://gateway.example:9/v1']
  ])('leads from this machine to a gateway that listens on %s', async (host, url) => {
    expect(await values({ CODEX_GATEWAY_HOST: host, CODEX_GATEWAY_PORT: '9', CODEX_GATEWAY_TOKEN: 't' })).toBe(
      `${url} t`
    )
  })

  it('has a key where none is needed, because the SDKs want one', async () => {
    expect(await values({})).toBe('http://127.0.0.1:8000/v1 none')
  })

  it('is refused when the port is not known before the start', () => {
    expect(() => exportLines(configFrom({ CODEX_GATEWAY_PORT: '0' }))).toThrow(/codex-gateway env HOST PORT/)
  })
})

describe('the curl line', () => {
  /** The arguments that a shell gives to curl. */
  const words = async (line: string, env?: Record<string, string>) =>
    (await shell(`curl() { printf '%s\\n' "$@"; }; ${line}`, env)).split('\n')

  it('asks for a chat completion, without a token where none is needed', async () => {
    const [url, ...rest] = await words(curlLine('http://127.0.0.1:8000'))
    expect(url).toBe('http://127.0.0.1:8000/v1/chat/completions')
    expect(JSON.parse(rest.at(-1) ?? '')).toEqual({
      messages: [{ role: 'user', content: expect.any(String) as string }]
    })
    expect(rest.join()).not.toContain('Authorization')
  })

  it('holds the token itself only where it is to be shown', async () => {
    const line = curlLine('http://[::1]:1', tokenWord(odd, { from: 'environment' }, true))
    expect(await words(line)).toContain(`Authorization: Bearer ${odd}`)
  })

  it.each(['environment', 'dotenv', 'file'] as const)('else finds it where it stands: %s', async (from) => {
    const path = join(folder, from)
    await writeFile(
      path,
      from === 'dotenv' ? '# CODEX\nCODEX_GATEWAY_TOKEN=first,second\n' : '# ours\n\nada first\nsecond\n'
    )
    const line = curlLine(
      'http://[::1]:1',
      tokenWord('first', from === 'environment' ? { from } : { from, path }, false)
    )
    expect(line).not.toContain('first')
    expect(await words(line, { CODEX_GATEWAY_TOKEN: from === 'environment' ? 'first,second' : '' })).toContain(
      'Authorization: Bearer first'
    )
  })
})
