import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import type { Browser } from 'playwright-core'
import type { Assets } from '../../src/api/page/assets.ts'
import { startBrowser } from '../support/browser.ts'
import { freshPage } from '../support/page.ts'
import { sessionId, startScriptedGateway } from './scripted-gateway.ts'
import type { ScriptedGateway } from './scripted-gateway.ts'
import { openPage } from './watched-page.ts'
import type { WatchedPage } from './watched-page.ts'

/** One browser for all tests of a file; a scripted gateway, and the page of its session, for each. Nothing may go wrong in the page. */
export function sharedPage(): { gateway: () => ScriptedGateway; tab: () => WatchedPage } {
  let assets: Assets
  let browser: Browser
  let gateway: ScriptedGateway
  let tab: WatchedPage
  beforeAll(async () => {
    ;[assets, browser] = await Promise.all([freshPage(), startBrowser()])
  }, 60_000)
  afterAll(() => browser?.close())
  beforeEach(async () => {
    gateway = await startScriptedGateway(assets)
    tab = await openPage(browser, `${gateway.url}/sessions/${sessionId}`)
    await tab.page.getByText('connected').waitFor()
    return async () => {
      const { faults, foreign } = tab
      await tab[Symbol.asyncDispose]()
      await gateway[Symbol.asyncDispose]()
      expect([faults, foreign]).toEqual([[], []])
    }
  })
  return { gateway: () => gateway, tab: () => tab }
}
