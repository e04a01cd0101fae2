import { join } from 'node:path'
import { describe, it } from 'vitest'
import { says } from './answer.ts'
import { codexExec } from './codex-exec.ts'
import type { ExecRun } from './codex-exec.ts'
import { writeCodexHome } from './codex-home.ts'
import { recordings } from './recordings.ts'
import { startUpstream } from './upstream.ts'

const fixture = (name: string) => join(import.meta.dirname, '../../fixtures/exec', `${name}.jsonl`)

/** The lines with everything that differs between two runs made equal. */
function normalised(run: ExecRun, workspace: string): string {
  const ids = new Map<string, string>()
  const sameId = (id: string) =>
    ids.get(id) ?? (ids.set(id, `00000000-0000-7000-8000-${String(ids.size + 1).padStart(12, '0')}`), ids.get(id) ?? '')
  return `${run.lines.join('\n')}\n`
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, sameId)
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:1')
    .replaceAll(workspace, '/workspace')
    .replaceAll(/"command":"\/[^" ]*sh -lc/g, '"command":"/bin/bash -lc')
}

describe('the real codex exec on the scripted upstream', { concurrent: true }, () => {
  it.for(recordings)(
    'tells $name as recorded',
    async ({ name, answers, requests, exitCode, model, retries, config }, { expect }) => {
      await using upstream = await startUpstream()
      upstream.answerNext(...answers)
      upstream.answerAll(answers.at(-1) ?? says())
      await using home = await writeCodexHome(upstream.url, { model, retries, config })
      const run = await codexExec(home, 'Say hello.', ['--sandbox', 'danger-full-access'])
      await expect(normalised(run, home.workspace)).toMatchFileSnapshot(fixture(name))
      expect({ exitCode: run.exitCode, requests: upstream.count }).toEqual({ exitCode, requests })
      await upstream.quiet()
    }
  )
})
