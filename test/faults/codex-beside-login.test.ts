import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { engineNames } from '../../src/app/engines.ts'
import { eventsOf, turnRequest } from '../engines/app-server/rig.ts'
import { startConfiguredEngine } from '../support/configured-engine.ts'
import { says } from '../support/upstream/answer.ts'
import { codexBinary } from '../support/upstream/codex-home.ts'
import { runs } from '../support/upstream/tool-calls.ts'

it.each(engineNames)(
  'commands run where codex lies in the folder of the login, and cannot read it (%s)',
  async (engine) => {
    const user = await realpath(await mkdtemp(join(tmpdir(), 'beside-')))
    const login = join(user, '.codex', 'auth.json')
    const program = join(user, '.codex', 'packages', 'standalone') // as codex's own installer does it
    await mkdir(dirname(program), { recursive: true })
    await cp(dirname(dirname(codexBinary)), program, { recursive: true })
    await writeFile(login, JSON.stringify({ OPENAI_API_KEY: 'planted' }), { mode: 0o600 })
    {
      const settings = { HOME: user, CODEX_BIN: join(program, 'bin', 'codex') }
      await using configured = await startConfiguredEngine(settings, 'namespace')
      configured.upstream.answerAll(runs(`echo works; cat ${login}; ls ${program}`, says('Done.')))
      const request = turnRequest({ engine, model: 'gpt-5.5' })
      const events = await eventsOf(configured.engine.run(request, new AbortController().signal))
      expect(events.at(-1)).toMatchObject({ type: 'turn.completed' })
      const output = JSON.stringify(configured.upstream.requests.at(-1)!.toolOutputs)
      expect(output).toContain('works')
      expect(output).not.toContain('planted')
    }
    await rm(user, { recursive: true, force: true, maxRetries: 5 })
  }
)
