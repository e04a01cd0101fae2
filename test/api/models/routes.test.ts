import OpenAI, { NotFoundError } from 'openai'
import { describe, expect, it, vi } from 'vitest'
import { modelsApi } from '../../../src/api/models/api.ts'
import { aliasesFromJson } from '../../../src/config/aliases.ts'
import { catalogFrom } from '../../../src/models/catalog.ts'
import { modelResolver } from '../../../src/models/resolve.ts'
import type { ModelSettings } from '../../../src/models/settings.ts'
import { startGateway } from '../../app/start-gateway.ts'
import { modelList, model as modelObject } from '../../support/openai-schemas.ts'

const builtIn = ['codex', 'codex-bare', 'autoglm-phone-9b']
const catalog = [
  { id: 'gpt-6-a', isDefault: true },
  { id: 'gpt-6-b', isDefault: false },
  { id: 'gpt-6-secret', isDefault: false, hidden: true }
]

async function serving(
  more: Omit<Partial<ModelSettings>, 'aliases'> & { aliases?: Record<string, unknown> } = {},
  ask = () => Promise.resolve(catalog)
) {
  const settings = {
    advertised: [],
    stripAnswerTags: false,
    ...more,
    aliases: aliasesFromJson.parse(JSON.stringify(more.aliases ?? {}))
  }
  const models = catalogFrom({ models: ask })
  const api = modelsApi({ settings, catalog: models, resolveModel: modelResolver(settings, models) })
  const server = await startGateway({ env: { CODEX_GATEWAY_TOKEN: '' }, apis: () => [api] })
  const ids = async () => modelList.parse(await (await fetch(`${server.url}/models`)).json()).data.map(({ id }) => id)
  return { ...server, ids }
}

describe('the list of models', () => {
  const aliases = { phone: { model: 'gpt-6-a', effort: 'low' }, bare: { effort: 'low' }, a: 'b' }
  it.each([
    ['what the CLI offers, when nothing is set', {}, ['gpt-6-a', 'gpt-6-b']],
    ['the configured model', { model: 'mine' }, ['mine']],
    ['the advertised models instead', { model: 'mine', advertised: ['x', 'y', 'x'] }, ['x', 'y']],
    ['aliases and their targets after it, once each', { model: 'b', aliases }, ['b', 'phone', 'bare', 'a', 'gpt-6-a']]
  ])('has %s', async (_title, settings, ids) => {
    await using models = await serving(settings)
    expect(await models.ids()).toEqual([...ids, ...builtIn])
  })

  it('asks the CLI once, and has the built-in names alone when it cannot be asked', async () => {
    const ask = vi.fn(() => Promise.reject(new Error('no binary')))
    await using models = await serving({}, ask)
    expect([await models.ids(), await models.ids()]).toEqual([builtIn, builtIn])
    expect(ask).toHaveBeenCalledTimes(1)
  })
})

describe('one model', () => {
  it.each(['gpt-6-a', 'gpt-6-secret', 'org/some/model'])('is there when it can be run: %s', async (id) => {
    await using models = await serving({ aliases: { 'org/some/model': 'gpt-6-a' } })
    const found = await new OpenAI({ baseURL: models.url, apiKey: 'EMPTY' }).models.retrieve(id) // which encodes the slashes
    expect(modelObject.parse({ ...found }).id).toBe(id)
    expect(modelObject.parse(await (await fetch(`${models.url}/models/${id}`)).json()).id).toBe(id)
  })

  it('is not found when it cannot be run', async () => {
    await using models = await serving()
    const error: unknown = await new OpenAI({ baseURL: models.url, apiKey: 'EMPTY' }).models
      .retrieve('org/none')
      .catch((error: unknown) => error)
    expect(error).toBeInstanceOf(NotFoundError)
    expect(error).toMatchObject({ code: 'model_not_found', param: 'model' })
  })
})
