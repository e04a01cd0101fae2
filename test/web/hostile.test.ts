import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from 'playwright-core'
import { hasBrowser, startBrowser } from '../support/browser.ts'
import { needing } from '../support/left-out.ts'
import { freshPage } from '../support/page.ts'
import { everywhere } from './everywhere.ts'
import { hostile } from './hostile.ts'
import { sessionId, startScriptedGateway } from './scripted-gateway.ts'
import type { ScriptedGateway } from './scripted-gateway.ts'
import { openPage } from './watched-page.ts'
import type { WatchedPage } from './watched-page.ts'

needing('Linux on x64, for the browser', hasBrowser, () => {
  describe('a page that shows what a model writes', () => {
    let browser: Browser
    let gateway: ScriptedGateway
    let tab: WatchedPage
    beforeAll(async () => {
      browser = await startBrowser()
      gateway = await startScriptedGateway(await freshPage(), hostile[1])
      for (const [index, text] of hostile.entries()) everywhere(gateway, index, text)
      gateway.notify('item/completed', {
        turnId: 'end',
        item: { id: 'end', type: 'agentMessage', text: 'the end of it' }
      })
      tab = await openPage(browser, `${gateway.url}/sessions/${sessionId}`)
      await tab.page.getByText('the end of it').waitFor()
      for (;;) {
        const earlier = tab.page.getByRole('button', { name: /earlier/ })
        if ((await earlier.count()) === 0) break
        await earlier.click()
      }
      await tab.page.evaluate(`document.querySelectorAll('details').forEach((one) => (one.open = true))`)
    }, 60_000)
    afterAll(async () => {
      await tab?.[Symbol.asyncDispose]()
      await gateway?.[Symbol.asyncDispose]()
      await browser?.close()
    })

    it('runs nothing of it, loads nothing of it, and asks for nothing that its policy had to forbid', async () => {
      expect(await tab.page.locator('article.entry').count()).toBe(hostile.length * 8 + 1)
      expect([tab.faults, tab.foreign]).toEqual([[], []])
      expect(await tab.page.title()).not.toBe('hacked')
    })

    it('has no element of it but those of Markdown', async () => {
      const names = await tab.page.evaluate<string[]>(
        `[...new Set([...document.querySelectorAll('.transcript *')].map(({ localName }) => localName))].sort()`
      )
      const own = ['article', 'code', 'details', 'div', 'h3', 'li', 'p', 'pre', 'span', 'summary', 'ul', 'button']
      const markdown = ['a', 'h1', 'table', 'tbody', 'td', 'th', 'thead', 'tr']
      expect(names.filter((name) => ![...own, ...markdown].includes(name))).toEqual([])
      const events = `[...document.querySelectorAll('body *')].flatMap((one) => one.getAttributeNames()).filter((name) => /^on|^style$|action|srcdoc/.test(name))`
      expect(await tab.page.evaluate(events)).toEqual([])
      const ids = `[...document.querySelectorAll('.transcript [id], .transcript [name]')].length`
      expect(await tab.page.evaluate(ids)).toBe(0)
    })

    it('has links that lead to the web, say where, and give nothing away', async () => {
      const links = await tab.page.evaluate<{ href: string; title: string; target: string; rel: string }[]>(
        `[...document.querySelectorAll('.transcript a[href]')].map(({ href, title, target, rel }) => ({ href, title, target, rel }))`
      )
      expect(links.length).toBeGreaterThan(0)
      for (const { href, title, target, rel } of links) {
        expect(href).toMatch(/^https?:\/\//)
        expect([title, target, rel]).toEqual([
          expect.stringMatching(/^https?:/),
          '_blank',
          'noopener noreferrer nofollow'
        ])
      }
    })

    it('has buttons of its own alone', async () => {
      const names = await tab.page.evaluate<string[]>(
        `[...document.querySelectorAll('.transcript button')].map(({ textContent }) => textContent)`
      )
      expect([...new Set(names)]).toEqual(['Copy'])
    })
  })
})
