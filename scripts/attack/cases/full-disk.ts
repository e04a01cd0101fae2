import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { ask, chat } from '../ask.ts'
import { holds } from '../case.ts'
import type { Attack, Finding } from '../case.ts'
import type { Place } from '../places.ts'

const mounted: Place = {
  name: 'a small disk',
  prefix: [
    'unshare',
    '-m',
    'bash',
    '-c',
    'mount -t tmpfs -o size=24m tmpfs "$CODEX_CLI_HOME" && mkdir "$CODEX_CLI_HOME/.codex" && exec "$@"',
    'bash'
  ]
}

export const attack: Attack = {
  title: 'the disk is full',
  long: true,
  async run(start) {
    if (!mayMount()) return [{ what: 'a disk of its own', value: 'this user may not mount one', held: undefined }]
    const gateway = await start({ place: mounted })
    const first = await ask(gateway, '/v1/responses', { body: { model: 'gpt-5.5', input: 'Store this.' } })
    const { id } = JSON.parse(first.text) as { id: string }
    const filled = `/proc/${gateway.pid}/root${gateway.folder}/home/filled`
    execFileSync('sh', ['-c', `cat /dev/zero > ${filled} || true`], { stdio: 'ignore' })
    const body = { model: 'gpt-5.5', input: 'Go.' }
    const requests: [what: string, path: string, body: object][] = [
      ['a chat, exec', '/v1/chat/completions', chat('exec read-only')],
      ['a chat, app-server', '/v1/chat/completions', chat('app-server read-only')],
      ['a response', '/v1/responses', body],
      ['a response that continues another', '/v1/responses', { ...body, previous_response_id: id }],
      ['a response in the background', '/v1/responses', { ...body, background: true }]
    ]
    const findings: Finding[] = []
    for (const [what, path, sent] of requests) {
      const { status, text } = await ask(gateway, path, { body: sent })
      findings.push(
        holds(
          `${what}: answered, or 503`,
          status === 200 || status === 503,
          status === 200 ? '200' : `${status} ${text.slice(0, 160)}`
        )
      )
    }
    rmSync(filled)
    for (const [what, path, sent] of requests) {
      const { status } = await ask(gateway, path, { body: sent })
      findings.push(holds(`${what}, with space again: answered`, status === 200, String(status)))
    }
    return findings
  }
}

function mayMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
