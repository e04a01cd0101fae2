import { expect, it } from 'vitest'
import { apiOf } from '../../src/access/apis.ts'

it.each([
  ['/api/turns', 'remote'],
  ['/api/turns/turn-1', 'threads'],
  ['/files', 'agents'],
  ['/files/file_1/content', 'agents'],
  ['/api/brain/deployments', 'tasks'],
  ['/models', undefined]
])('%s belongs to an API that a key can be for', (path, api) => {
  expect(apiOf(path)).toBe(api)
})
