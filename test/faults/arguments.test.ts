import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Guard } from '../../src/codex/process/guard.ts'
import { turnRequestFromChat } from '../../src/api/chat/request.ts'
import { chatRequestFrom } from '../../src/api/chat/schema.ts'
import { turnPlanFrom } from '../../src/engines/app-server/thread/thread-request.ts'
import { aliasesFromJson } from '../../src/config/aliases.ts'
import { modelResolver } from '../../src/models/resolve.ts'
import { GatewayError } from '../../src/turn/error.ts'
import { efforts } from '../../src/turn/request.ts'
import type { TurnRequest } from '../../src/turn/request.ts'
import { post } from '../app/start-gateway.ts'
import { testExecEngine, testWorkspace } from '../support/engines.ts'
import { startGuard } from '../support/guarded-turn.ts'
import { ask, fullAnswerOf } from './watched-gateway.ts'
import { chatBodies, hostile } from './bodies.ts'
import { startGatewayOnScriptedCodex } from './gateway-on-scripted-codex.ts'
import { readImage } from '../support/images.ts'

const aliases = aliasesFromJson.parse(JSON.stringify({ fast: { model: 'gpt-small', effort: 'low', profile: 'bare' } }))
const resolveModel = modelResolver({ aliases, advertised: [], stripAnswerTags: false }, async () => [
  { id: 'gpt-test', isDefault: true }
])

const maybe = (word: string) => `(?: ${word})?`
/** The whole table: every word of a command line, in order, with nothing in it but names from closed lists and paths of the gateway's own. */
const table = new RegExp(
  [
    '^exec --json --profile (?:agent|bare)-layer --color never',
    maybe('--model=(gpt-test|gpt-small)'),
    maybe(`-c model_reasoning_effort="(?:${efforts.join('|')})"`),
    ' --sandbox=read-only --cd=/the/workspace --add-dir=/more --skip-git-repo-check --ephemeral',
    maybe('--output-schema=(FOLDER)/schema\\.json'),
    '((?: --image=FOLDER/image-\\d+\\.(?:png|jpeg|webp|gif))*) -- -$'
  ].join('')
)

/** The turn that a body asks for, undefined for one that is refused. */
async function turnFrom(body: unknown): Promise<TurnRequest | undefined> {
  try {
    const request = chatRequestFrom(body)
    return turnRequestFromChat(request, await resolveModel(request.model), readImage)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    return undefined
  }
}

describe('a request', () => {
  it('becomes a command line of the table, whatever it says, and none at all where it is refused', async () => {
    await using guard = await startGuard({ means: 'watchdog' })
    const started: { argv: string; env: Record<string, string>; folder: string }[] = []
    const start: Guard['start'] = (path, args, { env, folder = '' }) => {
      started.push({ argv: args.join(' '), env, folder })
      throw new GatewayError('overloaded', `${path} is not started here.`)
    }
    const env = { PATH: '/bin' }
    const engine = testExecEngine({
      binary: '/the/codex',
      env,
      folder: '/the/workspace',
      guard: { start, folder: () => guard.folder() },
      layers: { agent: ['--profile', 'agent-layer'], bare: ['--profile', 'bare-layer'] },
      addDirs: ['/more'],
      lineLimit: 1_000
    })
    const seen = { refused: 0, models: new Set<string>(), images: 0, schemas: 0 }
    await fc.assert(
      fc.asyncProperty(chatBodies, async ({ body }) => {
        const before = started.length
        const turn = await turnFrom(body)
        if (turn === undefined) seen.refused += 1
        else
          for await (const event of engine.run(turn, new AbortController().signal))
            expect(event).toMatchObject({
              type: 'turn.failed',
              error: { code: turn.tools ? 'unsupported' : 'overloaded' }
            })
        for (const { argv, env: given, folder } of started.slice(before)) {
          const [, model = '', schema, images = ''] =
            table.exec(argv.replaceAll(folder || 'none', 'FOLDER')) ?? expect.fail(argv)
          seen.models.add(model)
          if (schema) seen.schemas += 1
          if (images) seen.images += 1
          expect(given).toEqual(env)
        }
      }),
      { numRuns: 2_000 }
    )
    expect(started.length).toBeGreaterThan(300)
    expect(Math.min(seen.refused, seen.images, seen.schemas)).toBeGreaterThan(50)
    expect([...seen.models]).toEqual(expect.arrayContaining(['gpt-small', 'gpt-test']))
  })

  it('becomes a thread of app-server with settings of two kinds only, with the caller’s tools or without', async () => {
    await using guard = await startGuard({ means: 'watchdog' })
    const workspace = testWorkspace({
      binary: '/the/codex',
      env: {},
      guard,
      folder: '/the/workspace',
      settings: { approval_policy: 'never' },
      profiles: { agent: { personality: 'none' }, bare: { web_search: 'disabled' } },
      plainCatalog: '/catalog.json',
      userConfig: { sandboxMode: false, mcpServers: ['own'] }
    })
    const threadOf = (turn: TurnRequest) =>
      turnPlanFrom(turn, { workspace, home: workspace.homes.ephemeral }).open.params as Record<string, unknown> & {
        config?: object
      }
    const told = JSON.stringify(
      [
        { profile: 'agent' },
        { profile: 'bare' },
        { tools: [{ name: 'f' }] },
        { profile: 'bare', tools: [{ name: 'f' }] }
      ].map((more) => threadOf({ input: [], ...more } as TurnRequest).config)
    )
    const keys = new Set([
      'model',
      'cwd',
      'sandbox',
      'config',
      'developerInstructions',
      'ephemeral',
      'dynamicTools',
      'experimentalRawEvents'
    ])
    let threads = 0
    await fc.assert(
      fc.asyncProperty(chatBodies, async ({ body }) => {
        const turn = await turnFrom(body)
        if (turn === undefined) return
        const thread = threadOf(turn)
        threads += 1
        expect(Object.keys(thread).filter((key) => !keys.has(key))).toEqual([])
        expect(told).toContain(JSON.stringify(thread.config))
        expect(thread).toMatchObject({ cwd: '/the/workspace', sandbox: 'read-only', ephemeral: true })
        expect([undefined, 'gpt-test', 'gpt-small']).toContain(thread['model'])
      }),
      { numRuns: 1_000 }
    )
    expect(threads).toBeGreaterThan(300)
  })

  it('cannot name a flag, a setting or a path: not as its model or effort, nor as what is the operator’s to say', async () => {
    await using gateway = await startGatewayOnScriptedCodex([])
    const asked = async (body: object) => {
      const response = await post(`${gateway.url}/v1/chat/completions`, { ...ask, ...body })
      return { status: response.status, told: await fullAnswerOf(response) }
    }
    const told: string[] = []
    const texts = hostile.filter((value) => typeof value === 'string')
    for (const text of texts) {
      const answers = [
        await asked({ model: text }),
        await asked({ reasoning_effort: text }),
        await asked({ reasoning: { effort: text } })
      ]
      expect(
        answers.map(({ status }) => status),
        text
      ).toEqual([text.length > 256 ? 400 : 404, 400, 400])
      told.push(...answers.map((answer) => answer.told))
    }
    expect(gateway.codex.runs()).toEqual([])
    const words = texts.join(' ')
    const more = await asked({
      profile: words,
      cwd: words,
      sandbox: 'danger-full-access',
      config: { [words]: words },
      '-c': words,
      engine: words,
      threadId: words,
      addDirs: ['/']
    })
    expect(more.status).toBe(200)
    await gateway.expectNothingLeft([...told, more.told].join(), told.length + 1)
    const [first, second] = gateway.codex.runs().map(({ argv }) => argv)
    expect(first).toEqual(second)
  })
})
