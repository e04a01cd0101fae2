import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { JwtVerifier } from '../../src/access/jwt.ts'
import { commandFolder } from '../support/command.ts'

const secret = 'a-secret-that-has-more-than-32-bytes'

it(
  'tokens are minted by the command, verified by the gateway, and listed until they are revoked',
  { timeout: 90_000 },
  async () => {
    await using folder = await commandFolder()
    const [file, revoked] = ['secrets', 'revoked'].map((name) => join(folder.path, name)) as [string, string]
    await writeFile(file, `${secret}\n`, { mode: 0o600 })
    await writeFile(revoked, '')
    const env = { CODEX_JWT_SECRET_FILE: file, CODEX_REVOKED_FILE: revoked }
    const args = ['token', '--for', 'remote', '--workspace', 'site', '--days', '30']
    const minted = await folder.run(args, env)
    expect([minted.exitCode, minted.stderr]).toEqual([0, expect.stringContaining('codex --remote ws://127.0.0.1:8000')])
    const verifier = new JwtVerifier([{ types: ['jwt', undefined], secrets: [new TextEncoder().encode(secret)] }])
    const { principal, claims } = (await verifier.verify(minted.stdout)) ?? {}
    expect(principal).toMatchObject({ id: 'remote-site', workspaces: ['site'], scopes: ['remote'] })
    expect((claims?.exp ?? 0) - Date.now() / 1000).toBeGreaterThan(29 * 86_400)
    expect((await folder.run(['token', '--list'], env)).stdout).toMatch(
      /^tok_\w+ +valid +until [\d-]+ +remote +remote-site +site$/m
    )
    await writeFile(revoked, `${claims?.id}\n`)
    const listed = await folder.run(['token', '--list'], env)
    expect(listed.stdout).toContain('revoked')
    expect(listed.stdout).not.toContain(minted.stdout)
    const wrong = [
      ['token', '--for', 'remote'],
      ['token', '--for', 'remote', '--workspace', 'site', '--days', '91'],
      ['token', '--for', 'page']
    ]
    const codes = await Promise.all(wrong.map(async (one) => (await folder.run(one, env)).exitCode))
    expect(codes).toEqual([2, 2, 2])
    expect((await folder.run(args)).stderr).toContain('CODEX_JWT_SECRET_FILE is not set')
  }
)
