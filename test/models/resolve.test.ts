import { describe, expect, it } from 'vitest'
import type { Alias } from '../../src/models/settings.ts'
import { modelResolver } from '../../src/models/resolve.ts'
import type { ModelSettings } from '../../src/models/settings.ts'

const catalog = () =>
  Promise.resolve([
    { id: 'gpt-6-a', isDefault: true },
    { id: 'gpt-6-b', isDefault: false, hidden: true }
  ])
const noCatalog = () => Promise.resolve(undefined)

const settingsWith = (more: Partial<ModelSettings> = {}): ModelSettings => ({
  aliases: new Map<string, Alias>(),
  advertised: [],
  stripAnswerTags: false,
  ...more
})
const aliases = new Map<string, Alias>([
  ['phone', { model: 'gpt-6-a', effort: 'low', sandbox: 'read-only', strip_answer_tags: true }],
  ['fast', { effort: 'minimal' }],
  ['plain', { model: 'elsewhere', strip_answer_tags: false }]
])

describe('a model name', () => {
  it.each([
    ['phone', { name: 'phone', model: 'gpt-6-a', effort: 'low', sandbox: 'read-only', stripAnswerTags: true }],
    ['elsewhere', { name: 'elsewhere', model: 'elsewhere', stripAnswerTags: true }],
    ['plain', { name: 'plain', model: 'elsewhere', stripAnswerTags: false }],
    ['fast', { name: 'fast', model: 'mine', effort: 'minimal', stripAnswerTags: true }],
    ['shown', { name: 'shown', model: 'shown', stripAnswerTags: true }],
    ['mine', { name: 'mine', model: 'mine', stripAnswerTags: true }],
    ['gpt-6-b', { name: 'gpt-6-b', model: 'gpt-6-b', stripAnswerTags: true }],
    [undefined, { name: 'mine', model: 'mine', stripAnswerTags: true }],
    [null, { name: 'mine', model: 'mine', stripAnswerTags: true }],
    ['', { name: 'mine', model: 'mine', stripAnswerTags: true }]
  ])('%j resolves', async (name, resolved) => {
    const resolve = modelResolver(
      settingsWith({ aliases, model: 'mine', advertised: ['shown'], stripAnswerTags: true }),
      catalog
    )
    expect(await resolve(name)).toEqual(resolved)
  })

  it('that is nowhere is not found', async () => {
    await expect(modelResolver(settingsWith(), catalog)('gpt-9')).rejects.toMatchObject({
      code: 'model_not_found',
      param: 'model',
      message: expect.stringMatching(
        /^The model `gpt-9` does not exist or you do not have access to it\. GET \/v1\/models lists what there is: gpt-6-a, codex, /
      ) as string
    })
  })

  it('is the CLI’s own default, under its name, when none is requested', async () => {
    expect(await modelResolver(settingsWith(), catalog)()).toEqual({ name: 'gpt-6-a', stripAnswerTags: false })
    expect(await modelResolver(settingsWith(), noCatalog)()).toEqual({ name: 'default', stripAnswerTags: false })
  })

  it('may itself be an alias where the operator set it as the default', async () => {
    const resolve = modelResolver(settingsWith({ aliases, model: 'phone' }), catalog)
    expect(await resolve()).toMatchObject({ name: 'phone', model: 'gpt-6-a', effort: 'low' })
  })

  it.each(['gpt-5.2', 'org/model:free', 'a'.repeat(128)])(
    'passes without any list when it is plausible: %s',
    async (name) => {
      expect(await modelResolver(settingsWith(), noCatalog)(name)).toMatchObject({ model: name })
    }
  )

  it.each(['-c', '--model', 'a b', 'a\nb', 'a'.repeat(129), '.hidden', 'x"y'])(
    'is not found without any list when it is not plausible: %j',
    async (name) => {
      await expect(modelResolver(settingsWith(), noCatalog)(name)).rejects.toMatchObject({ code: 'model_not_found' })
    }
  )

  it('must be on the operator’s list where there is no other', async () => {
    await expect(modelResolver(settingsWith({ advertised: ['shown'] }), noCatalog)('gpt-5.2')).rejects.toMatchObject({
      code: 'model_not_found'
    })
  })

  it('of __proto__ or constructor is nothing special', async () => {
    for (const name of ['__proto__', 'constructor', 'toString'])
      await expect(modelResolver(settingsWith({ aliases }), catalog)(name)).rejects.toMatchObject({
        code: 'model_not_found'
      })
  })
})

describe('the models of a workspace', () => {
  const resolve = modelResolver(settingsWith({ aliases, model: 'gpt-6-a' }), catalog)
  const choice = { model: 'gpt-6-b', models: ['gpt-6-b', 'phone', 'only-here'] }

  it.each([
    [undefined, 'gpt-6-b'],
    ['gpt-6-b', 'gpt-6-b'],
    ['phone', 'gpt-6-a'], // by its own name
    ['fast', 'gpt-6-b'], // by what it runs there
    ['codex', 'gpt-6-b'],
    ['only-here', 'only-here']
  ])('are those that it allows: %s runs %s', async (name, model) => {
    expect(await resolve(name, choice)).toMatchObject({ model })
  })

  it.each(['gpt-6-a', 'plain', 'elsewhere', 'nowhere'])('are no others: %s', async (name) => {
    await expect(resolve(name, choice)).rejects.toMatchObject({
      code: 'model_not_found',
      param: 'model',
      message: expect.stringContaining('lists what there is: gpt-6-b, phone, only-here, fast, codex, ') as string
    })
  })

  it('are all, where it allows all, with a default of its own', async () => {
    expect(await resolve(undefined, { model: 'gpt-6-b' })).toMatchObject({ name: 'gpt-6-b' })
    expect(await resolve('gpt-6-a', { model: 'gpt-6-b' })).toMatchObject({ name: 'gpt-6-a' })
    expect(await resolve(undefined, {})).toMatchObject({ name: 'gpt-6-a' })
  })

  it('are what a stand-in is chosen from', async () => {
    const lenient = modelResolver(settingsWith({ model: 'gpt-6-a', unknown: 'default' }), catalog)
    expect(await lenient('nowhere', { models: ['gpt-6-b'], model: 'gpt-6-b' })).toMatchObject({ standIn: 'gpt-6-b' })
  })
})
