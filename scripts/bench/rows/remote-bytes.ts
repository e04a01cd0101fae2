import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startChild } from '../child.ts'
import { figuresFrom } from '../figures.ts'
import { startGateway } from '../gateway.ts'
import { Connection } from '../remote/connection.ts'
import type { Row } from '../row.ts'
import { interleaved } from '../sampling.ts'
import { workspacesIn } from '../setting.ts'
import type { World } from '../world.ts'
import { addressOf, remote } from './remote.ts'

const mebibyte = 1_048_576
const message = 'x'.repeat(mebibyte)
const ways = {
  'to app-server': (connection: Connection) => connection.ask('thread/name/set', { threadId: 't', name: message }),
  'from app-server': (connection: Connection) => connection.ask('thread/read', { threadId: 't' })
}

/** What passes through one connection, to an app-server that only takes bytes or makes them: the real one is slower than that. */
export async function remoteByteRows({ setting }: World, quick: boolean): Promise<Row[]> {
  const env = await setting('remote-stand-in', remote)
  await using gateway = await startGateway({ ...env, CODEX_BIN: await executable(env) })
  await using alone = await startChild(standIn)
  using ours = await Connection.open(addressOf(gateway))
  using other = await Connection.open({ url: alone.ready['url'] ?? '', token: '' })
  const count = quick ? 24 : 48
  const rows: Row[] = []
  for (const [way, send] of Object.entries(ways)) {
    const samples = await interleaved(quick ? 3 : 8, {
      ours: async () => [await rate(count, () => send(ours))],
      other: async () => [await rate(count, () => send(other))]
    })
    const figures = figuresFrom(samples.ours)
    rows.push({
      what: `remote: through one connection, ${way}`,
      unit: 'MB a second',
      ours: figures,
      other: { what: 'without the gateway', figures: figuresFrom(samples.other) },
      target: { text: '≥ 100', met: figures.median >= 100 }
    })
  }
  return rows
}

/** MB a second of so many messages, as fast as they go. */
async function rate(count: number, send: () => Promise<Buffer>): Promise<number> {
  const begun = performance.now()
  await Promise.all(Array.from({ length: count }, send))
  return (count * mebibyte) / 1_000 / (performance.now() - begun)
}

const standIn = new URL('../remote/stand-in.mjs', import.meta.url).href

/** An executable that is codex, except for an app-server that listens. Resolves to its path. */
async function executable(env: Record<string, string>): Promise<string> {
  const path = join(env['HOME'] ?? '', 'codex-stand-in')
  await using real = await workspacesIn(env)
  const { binary } = real.workspaces.codex
  const listener = `case "$*" in *--listen*) exec '${process.execPath}' '${new URL(standIn).pathname}' ;; esac`
  await writeFile(path, `#!/bin/sh\n${listener}\nexec '${binary.path}' "$@"\n`)
  await chmod(path, 0o755)
  return path
}
