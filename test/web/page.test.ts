import { beforeEach, describe, expect, it } from 'vitest'
import { hasBrowser } from '../support/browser.ts'
import { needing } from '../support/left-out.ts'
import { everywhere } from './everywhere.ts'
import { sessionId } from './scripted-gateway.ts'
import type { ScriptedGateway } from './scripted-gateway.ts'
import { sharedPage } from './shared-page.ts'
import { expectAccessible } from './watched-page.ts'
import type { WatchedPage } from './watched-page.ts'

needing('Linux on x64, for the browser', hasBrowser, () => {
  const shared = sharedPage()
  let gateway: ScriptedGateway
  let tab: WatchedPage
  beforeEach(() => void ([gateway, tab] = [shared.gateway(), shared.tab()]))

  describe('a page', () => {
    const say = (id: string, text: string) =>
      gateway.notify('item/completed', { turnId: 't', item: { type: 'agentMessage', id, text } })

    const asked = { requestId: 'req_1', decisions: ['accept', 'decline'], status: 'pending', handled: false }
    const ask = (method: string, params: object) =>
      gateway.emit('server-request', { ...asked, method, params, deadline: Date.now() + 60_000 })

    it('says that it reconnects, and has missed nothing when it has', async () => {
      say('a', 'before')
      await tab.page.getByText('before').waitFor()
      gateway.refuse(true)
      gateway.cut()
      await tab.page.getByText('reconnecting').waitFor()
      for (const text of ['one', 'two', 'three']) say(text, text)
      gateway.refuse(false)
      await tab.page.getByText('three').waitFor()
      const texts = await tab.page.locator('article').allTextContents()
      expect(texts.map((text) => text.trim())).toEqual(['before', 'one', 'two', 'three'])
      expect(await tab.page.locator('.connection').textContent()).toBe('connected')
    })

    it('shows what its user and the account have used, and again after a turn', async () => {
      const meter = (name: RegExp) => tab.page.getByRole('meter', { name })
      await meter(/^Account, 5 h: 42 % used/).waitFor() // nothing was reported yet: as the account says
      gateway.usage.periods.day.total_tokens = 833_000
      const at = { resets_at: 1_795_824_000, observed_at: 1_795_740_000 }
      gateway.usage.limits.push({
        subject: 'principal:anna',
        what: 'tokens',
        per: 'day',
        max: 1e6,
        used: 833_000,
        ...at
      })
      gateway.usage.account.windows.push(
        { minutes: 300, used_percent: 61, own_percent: 11.5, share_percent: 50, ...at },
        { minutes: 10_080, used_percent: 7, own_percent: 0, share_percent: null, ...at }
      )
      gateway.emit('state', { ...gateway.state, activeTurn: true, seq: 2 })
      await tab.page.getByText('working …').waitFor()
      gateway.emit('state', { ...gateway.state, activeTurn: false, seq: 3 })
      await meter(/^Account, 5 h: 61 % used\. 11\.5 % by you of your share of 50 %\. Reset/).waitFor()
      await meter(/^Account, 7 d: 7 % used\. 0 % by you\. Reset .* Reported /).waitFor()
      await meter(/^Yours, tokens a day: 83 % used\. 833,000 of 1,000,000 tokens\. Reset/).waitFor()
      await tab.page.getByText('833k today').waitFor()
      await expectAccessible(tab)
    })

    it('shows a command in full that asks to be allowed, and sends the answer', async () => {
      const long = `echo ${'x'.repeat(500)} \u202e && rm -rf /`
      ask('item/commandExecution/requestApproval', { command: long, cwd: '/workspace' })
      const card = tab.page.getByRole('region', { name: 'Codex wants to run a command' })
      expect(await card.getByLabel('The command in full').textContent()).toBe(long.replace('\u202e', '\\u{202e}'))
      await expect.poll(() => tab.page.title()).toMatch(/^\(!\)/) // it changes a moment after the card is there
      await expectAccessible(tab)
      await card.getByRole('button', { name: 'Decline', exact: true }).click()
      await expect
        .poll(() => gateway.calls.at(-1))
        .toEqual({
          what: `POST /api/sessions/${sessionId}/requests/req_1`,
          body: { decision: 'decline' }
        })
      gateway.emit('server-request', {
        ...asked,
        method: '',
        params: {},
        handled: true,
        status: 'answered',
        decision: 'decline'
      })
      await card.waitFor({ state: 'detached' })
    })

    it('asks the questions of a tool, and sends the answers', async () => {
      const options = ['Red', 'Blue'].map((label) => ({ label, description: '' }))
      const questions = [
        { id: 'colour', question: 'Which colour?', options, isOther: true },
        { id: 'name', question: 'Which name?', options: null }
      ]
      ask('item/tool/requestUserInput', { questions })
      await tab.page.getByLabel('Blue').check()
      await tab.page.getByLabel('Your answer').fill('Ann')
      await expectAccessible(tab)
      await tab.page.getByRole('button', { name: 'Answer' }).click()
      await expect.poll(() => gateway.calls.at(-1)?.body).toEqual({ answers: { colour: 'Blue', name: 'Ann' } })
    })

    it('shows the form of an MCP server, and sends what was filled in', async () => {
      const properties = { age: { type: 'integer', title: 'Age' }, ok: { type: 'boolean' } }
      const requestedSchema = { type: 'object', required: ['age'], properties }
      ask('mcpServer/elicitation/request', { serverName: 'people', mode: 'form', message: 'How old?', requestedSchema })
      await tab.page.getByLabel('Age', { exact: true }).fill('42')
      await tab.page.getByLabel('ok').check()
      await tab.page.getByRole('button', { name: 'Allow' }).click()
      await expect
        .poll(() => gateway.calls.at(-1)?.body)
        .toEqual({ decision: 'accept', content: { age: 42, ok: true } })
    })

    it('renames and deletes in dialogs, which Escape closes', async () => {
      await tab.page.getByRole('button', { name: 'Rename Tidy up the tests' }).click()
      await tab.page.getByLabel('Name', { exact: true }).fill('Tidied')
      await expectAccessible(tab)
      await tab.page.keyboard.press('Enter')
      await expect
        .poll(() => gateway.calls.at(-1))
        .toEqual({
          what: 'POST /api/thread/name/set',
          body: { threadId: 'thread-2', name: 'Tidied' }
        })
      await tab.page.getByRole('button', { name: 'Delete Tidy up the tests' }).click()
      await tab.page.getByRole('dialog', { name: 'Delete?' }).waitFor()
      await tab.page.keyboard.press('Escape')
      await tab.page.getByRole('dialog').waitFor({ state: 'detached' })
      await tab.page.getByRole('button', { name: 'Delete Tidy up the tests' }).click()
      await tab.page.getByRole('button', { name: 'Delete', exact: true }).click()
      await expect.poll(() => gateway.calls.at(-1)?.what).toBe('DELETE /api/threads/thread-2')
    })

    it('keeps nobody out, in light and in dark, on a narrow screen either', async () => {
      everywhere(gateway, 0, 'Some *words*\n\n```diff\n@@ -1 +1 @@\n-a\n+b\n```')
      await tab.page.getByRole('heading', { name: 'Plan' }).waitFor()
      await expectAccessible(tab)
      await tab.page.emulateMedia({ colorScheme: 'dark' })
      await tab.page.setViewportSize({ width: 380, height: 700 })
      await expectAccessible(tab)
      expect(await tab.page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false)
      await tab.page.getByRole('button', { name: 'Sessions and threads' }).click()
      await tab.page.getByText('Tidy up the tests').waitFor()
    })

    it('stays smooth with thousands of events', async () => {
      for (let index = 0; index < 2_000; index++) say(`m${index}`, `Message ${index} with **Markdown**`)
      gateway.notify('item/started', { turnId: 't', item: { type: 'agentMessage', id: 'long', text: '' } })
      await tab.page.getByText('Message 1999').waitFor()
      await tab.page.evaluate(
        `longest = 0; last = performance.now(); (function frame(now) { longest = Math.max(longest, now - last); last = now; requestAnimationFrame(frame) })(last)`
      )
      for (let index = 0; index < 5_000; index++)
        gateway.notify('item/agentMessage/delta', { turnId: 't', itemId: 'long', delta: index % 50 ? 'word ' : '\n\n' })
      say('end', 'All there')
      await tab.page.getByText('All there').waitFor()
      const longest = Number(await tab.page.evaluate('longest'))
      const elements = Number(await tab.page.evaluate(`document.querySelectorAll('*').length`))
      expect(elements).toBeLessThan(3_000)
      expect(longest).toBeLessThan(1_500) // the machine that tests may be busy; see docs for figures
    })
  })
})
