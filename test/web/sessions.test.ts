import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser, BrowserContext } from 'playwright-core'
import { owner, runsOnce } from '../api/threads/start-threads.ts'
import { hasBrowser, startBrowser } from '../support/browser.ts'
import { needing } from '../support/left-out.ts'
import { says } from '../support/upstream/answer.ts'
import { gate, heldAfter } from '../support/upstream/script.ts'
import { startWatched } from './start-watched.ts'
import type { Watched } from './start-watched.ts'
import { expectAccessible, logIn, openPage, seen, textOf } from './watched-page.ts'
import type { WatchedPage } from './watched-page.ts'

needing('Linux on x64, for the browser', hasBrowser, () => {
  let browser: Browser
  let context: BrowserContext
  let gateway: Watched
  beforeAll(async () => {
    ;[browser, gateway] = await Promise.all([startBrowser(), startWatched(says('Hello', ' from', ' Codex.'))])
    context = await browser.newContext({ viewport: { width: 1200, height: 800 } })
    await using tab = await openPage(context, gateway.url)
    await logIn(tab)
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await gateway?.[Symbol.asyncDispose]()
  })

  /** A new session, in a tab of its own. */
  async function openSession(): Promise<WatchedPage> {
    const tab = await openPage(context, gateway.url)
    await tab.page.getByRole('button', { name: 'New session' }).click()
    await tab.page.getByText('connected').waitFor()
    return tab
  }

  async function say({ page }: WatchedPage, text: string): Promise<void> {
    await page.getByLabel('Message', { exact: true }).fill(text)
    await page.keyboard.press('Enter')
  }

  /** An answer that stops after its first delta, until it is opened. */
  function held(...deltas: string[]): () => void {
    const { opened, open } = gate()
    gateway.upstream.answerNext(heldAfter('response.output_text.delta', says(...deltas), opened))
    return open
  }

  describe('somebody at the page', () => {
    it('logs in with a token, which is neither in the address nor where a script could read it', async () => {
      await using tab = await openPage(browser, gateway.url)
      await expectAccessible(tab)
      await tab.page.getByLabel('Token of the gateway').fill('cgw_a-wrong-token-of-these-tests-0')
      await tab.page.getByRole('button', { name: 'Log in' }).click()
      await tab.page.getByRole('alert').waitFor()
      await logIn(tab)
      expect(tab.page.url()).not.toContain(owner)
      const stored = 'document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)'
      expect(await tab.page.evaluate(stored)).not.toContain('cgw_')
      const [cookie] = await tab.context.cookies()
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' })
      await tab.page.getByRole('button', { name: 'Log out' }).click()
      await tab.page.getByLabel('Token of the gateway').waitFor()
    })

    it('begins a session and sees the answer stream, also after a reload and in a second tab', async () => {
      await using tab = await openSession()
      const open = held('Half', ' and half.')
      await say(tab, 'Say it slowly.')
      await seen(tab, 'Half')
      await tab.page.reload()
      await using other = await openPage(context, tab.page.url())
      for (const each of [tab, other]) await seen(each, 'Half')
      open()
      for (const each of [tab, other]) {
        await seen(each, 'Half and half.')
        expect(await textOf(each)).toEqual(['Say it slowly.', 'Half and half.'])
        expect([each.faults, each.foreign]).toEqual([[], []])
      }
      await tab.page.getByRole('button', { name: 'Send' }).waitFor()
    })

    it('begins no session before the page knows in which workspace', async () => {
      const { opened, open } = gate()
      await context.route('**/v1/workspaces', (route) => opened.then(() => route.continue()))
      await using tab = await openPage(context, gateway.url)
      const begin = tab.page.getByRole('button', { name: 'New session' })
      await begin.waitFor()
      expect(await begin.isDisabled()).toBe(true)
      open()
      await begin.click()
      await tab.page.getByText('connected').waitFor()
      await context.unroute('**/v1/workspaces')
    })

    it('misses nothing when the connection breaks', async () => {
      await using tab = await openSession()
      const open = held('One', ' two', ' three.')
      await say(tab, 'Count.')
      await seen(tab, 'One')
      gateway.cut(true)
      await tab.page.getByText('reconnecting').waitFor()
      open()
      await gateway.idle()
      gateway.cut(false)
      await seen(tab, 'One two three.')
      await tab.page.getByText('connected').waitFor()
      expect(await textOf(tab)).toEqual(['Count.', 'One two three.'])
    })

    it('sees what a command prints and how it ended, and stops one that runs on', async () => {
      await using tab = await openSession()
      gateway.upstream.answerNext(runsOnce('echo to see; exit 3'))
      await say(tab, 'Run it.')
      await seen(tab, 'Hello from Codex.')
      expect(await tab.page.getByLabel('Output').textContent()).toContain('to see')
      await seen(tab, 'exit 3')
      // codex-cli 0.169 sends no delta for what a command prints in its first moment
      gateway.upstream.answerNext(runsOnce('sleep 0.3; echo begun; sleep 876541'))
      await say(tab, 'Run on.')
      await tab.page.getByLabel('Output').filter({ hasText: 'begun' }).waitFor()
      await tab.page.getByRole('button', { name: 'Stop' }).click()
      await seen(tab, 'Interrupted.')
      await tab.page.getByRole('button', { name: 'Send' }).waitFor()
    })

    it('allows a command that Codex asks about, and declines another', async () => {
      await using tab = await openSession()
      await tab.page.getByLabel('Approvals').selectOption('on-request')
      const folder = await mkdtemp('/var/tmp/asked-') // outside of the sandbox
      for (const [file, answer] of [
        ['allowed', 'Allow'],
        ['declined', 'Decline']
      ] as const) {
        const escalated = { sandbox_permissions: 'require_escalated', justification: 'To see.' }
        gateway.upstream.answerNext(runsOnce(`touch ${join(folder, file)}`, escalated))
        await say(tab, 'Write.')
        const card = tab.page.getByRole('region', { name: 'Codex wants to run a command' })
        expect(await card.getByLabel('The command in full').textContent()).toContain(`touch ${join(folder, file)}`)
        await card.getByRole('button', { name: answer, exact: true }).click()
        await card.waitFor({ state: 'detached' })
        await gateway.idle()
      }
      expect(await readdir(folder)).toEqual(['allowed'])
      await rm(folder, { recursive: true })
    })

    it('steers a turn that runs', async () => {
      await using tab = await openSession()
      const open = held('Half', ' and half.')
      await say(tab, 'Begin.')
      await tab.page.getByRole('button', { name: 'Steer' }).waitFor()
      await say(tab, 'A word more.')
      await expect.poll(() => tab.page.getByLabel('Message', { exact: true }).inputValue()).toBe('')
      open()
      await seen(tab, 'Hello from Codex.')
      expect(JSON.stringify(gateway.upstream.requests.at(-1)?.body.input)).toContain('A word more.')
    })

    it('logs in again when the login has expired, and goes on with what was written', async () => {
      await using tab = await openPage(browser, gateway.url)
      await logIn(tab)
      await tab.page.getByRole('button', { name: 'New session' }).click()
      await tab.page.getByText('connected').waitFor()
      await tab.page.getByLabel('Message', { exact: true }).fill('Not lost.')
      await tab.context.clearCookies() // any request of the page may be the first to be refused
      await tab.page.keyboard.press('Enter')
      await tab.page.getByText('Your login has expired').waitFor()
      await logIn(tab)
      expect(await tab.page.getByLabel('Message', { exact: true }).inputValue()).toBe('Not lost.')
      await tab.page.getByText('connected').waitFor()
      await tab.page.getByRole('button', { name: 'Send' }).click()
      await seen(tab, 'Hello from Codex.')
    })

    it('finds, renames and resumes a thread, and deletes it', async () => {
      await using tab = await openSession()
      await say(tab, 'Remember the milk.')
      await seen(tab, 'Hello from Codex.')
      await tab.page.getByRole('button', { name: 'Rename Remember the milk.' }).click()
      await tab.page.getByLabel('Name', { exact: true }).fill('Shopping')
      await tab.page.keyboard.press('Enter')
      await tab.page.getByRole('button', { name: 'Rename Shopping' }).waitFor()
      await gateway.closeSession(tab.page.url())
      await tab.page.getByText('closed', { exact: true }).waitFor()
      await tab.page.getByLabel('Search sessions and threads').fill('shop')
      await tab.page.getByRole('button', { name: /^Shopping(?!.*open)/ }).click()
      await tab.page.getByText('connected').waitFor()
      await expect.poll(() => textOf(tab)).toEqual(['Remember the milk.', 'Hello from Codex.'])
      await tab.page.getByRole('button', { name: 'Delete Shopping' }).click()
      await tab.page.getByRole('button', { name: 'Delete', exact: true }).click()
      await tab.page.getByText('Nothing found.').waitFor()
    })
  })
})
