import { expect, it } from 'vitest'
import { placeOf } from '../../src/workspaces/workspace.ts'
import type { Workspace } from '../../src/workspaces/workspace.ts'

it.each([
  ['disabled', false],
  ['live', true]
])('a workspace whose `web_search` is %s takes a turn that searches: %s', async (web_search, taken) => {
  const workspace = { settings: { web_search }, homes: { ephemeral: {}, persistent: {} } } as unknown as Workspace
  const place = placeOf({ input: [], webSearch: { live: true } }, { get: async () => workspace })
  if (taken) await expect(place).resolves.toMatchObject({ workspace })
  else await expect(place).rejects.toMatchObject({ code: 'unsupported', param: 'tools' })
})
