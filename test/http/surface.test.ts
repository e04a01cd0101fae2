import Koa from 'koa'
import { expect, it } from 'vitest'
import { createServer } from 'node:http'
import { access } from '../../src/http/access.ts'
import type { Api, Operation } from '../../src/http/api.ts'
import { begin } from '../../src/http/state.ts'
import type { RequestState } from '../../src/http/state.ts'
import { surfaceOf } from '../../src/http/surface.ts'
import { openaiErrors } from '../../src/openai/errors.ts'
import { listen } from './start-server.ts'

/** Says which operation it is, and its parameters. */
function operation(method: Operation['method'], path: string): Operation {
  const handle: Operation['handle'] = (ctx) => {
    ctx.body = `${method} ${path} ${JSON.stringify(ctx.params)}`
  }
  return { method, path, summary: '', answer: 'text/plain', handle }
}

const api: Api = {
  operations: [
    operation('get', '/things'),
    operation('post', '/things'),
    operation('get', '/things/first'),
    operation('get', '/things/{id}'),
    operation('get', '/things/never'),
    operation('post', '/things/never')
  ]
}

it.each([
  ['GET', '/things', 'get /things {}', '/things'],
  ['GET', '/THINGS/', 'get /things {}', '/things'],
  ['POST', '/things', 'post /things {}', '/things'],
  ['GET', '/things/first', 'get /things/first {}', '/things/first'],
  ['GET', '/things/never', 'get /things/{id} {"id":"never"}', '/things/:id'],
  ['POST', '/things/never', 'post /things/never {}', '/things/never'],
  ['HEAD', '/things', '', '/things'],
  ['DELETE', '/things', 'Not Found', undefined]
])('%s %s is the first operation of its method that has the path', async (method, path, text, route) => {
  const { direct, router } = surfaceOf([api], openaiErrors)
  const routes: (string | undefined)[] = []
  const app = new Koa<RequestState>()
  app.use(begin()).use(
    access(
      (record) => routes.push(record.route),
      () => {}
    )
  )
  app.use(direct).use(router.routes())
  const answer = app.callback()
  await using server = await listen(createServer((req, res) => void answer(req, res)))
  const response = await fetch(`${server.url}${path}`, { method })
  expect(await response.text()).toBe(text)
  await expect.poll(() => routes).toEqual([route])
})
