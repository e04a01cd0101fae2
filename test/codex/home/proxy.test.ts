import { describe, expect, it } from 'vitest'
import { proxyFor } from '../../../src/codex/home/proxy.ts'
import { startBlockingProxy } from '../../support/blocking-proxy.ts'
import { startConfiguredEngine } from '../../support/configured-engine.ts'
import { endOf, eventsOf } from '../../engines/app-server/rig.ts'
import { says } from '../../support/upstream/answer.ts'

describe('a proxy', () => {
  it.each(['exec', 'app-server'])('is not asked for a model provider on loopback: %s', async (engine) => {
    await using proxy = await startBlockingProxy()
    const variables = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, all_proxy: proxy.url }
    await using run = await startConfiguredEngine({ CODEX_ENGINE: engine, ...variables })
    run.upstream.answerAll(says('Hello.'))
    const request = { input: [{ type: 'text' as const, text: 'Hi' }] }
    const events = await eventsOf(run.engine.run(request, AbortSignal.timeout(20_000)))
    expect(endOf(events).type).toBe('turn.completed')
    expect(proxy.hosts.filter((host) => host.startsWith('127.'))).toEqual([])
  })

  it.each([
    [
      'https://api.openai.com/v1',
      { HTTPS_PROXY: 'http://u:p@proxy:3128' },
      { variable: 'HTTPS_PROXY', host: 'proxy', port: 3128 }
    ],
    [
      'https://api.openai.com/v1',
      { all_proxy: 'socks5://[fd00::1]' },
      { variable: 'all_proxy', host: 'fd00::1', port: 1080 }
    ],
    ['http://model.example', { http_proxy: 'proxy' }, { variable: 'http_proxy', host: 'proxy', port: 80 }],
    ['https://api.openai.com/v1', { HTTP_PROXY: 'http://proxy:1' }, undefined],
    ['https://api.openai.com/v1', { HTTPS_PROXY: 'http://proxy:1', NO_PROXY: 'a.example, .openai.com' }, undefined],
    ['https://api.openai.com/v1', { HTTPS_PROXY: 'http://proxy:1', no_proxy: '*' }, undefined],
    ['http://127.8.9.1:4000/v1', { HTTP_PROXY: 'http://proxy:1' }, undefined],
    ['http://[::1]:4000/v1', { HTTP_PROXY: 'http://proxy:1' }, undefined],
    ['http://localhost/v1', { HTTP_PROXY: 'http://proxy:1' }, undefined]
  ])('is found as codex finds it: %s with %j', (url, env, found) => {
    expect(proxyFor(url, env)).toEqual(found)
  })
})
