import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect } from 'vitest'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { owner } from '../api/threads/start-threads.ts'

/** A page of a browser, and what went wrong in it. */
export interface WatchedPage extends AsyncDisposable {
  readonly page: Page
  readonly context: BrowserContext
  /** Errors of scripts, and what the content security policy forbade. */
  readonly faults: string[]
  /** Requests to other hosts. */
  readonly foreign: string[]
}

/** With a profile of its own, or in the profile of another page: a second tab. */
export async function openPage(
  browser: Browser | BrowserContext,
  url: string,
  more: object = {}
): Promise<WatchedPage> {
  const context =
    'newContext' in browser ? await browser.newContext({ viewport: { width: 1200, height: 800 }, ...more }) : browser
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  const [faults, foreign]: [string[], string[]] = [[], []]
  page.on('pageerror', ({ message }) => faults.push(message))
  page.on('console', (line) => {
    if (/content security policy|trusted ?type/i.test(line.text())) faults.push(line.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(url).origin) && !/^(data|blob):/.test(request.url()))
      foreign.push(request.url())
  })
  page.on('dialog', (dialog) => {
    faults.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.goto(url)
  return {
    page,
    context,
    faults,
    foreign,
    [Symbol.asyncDispose]: () => (context === browser ? page.close() : context.close())
  }
}

/** Logs in as the owner. */
export async function logIn({ page }: WatchedPage): Promise<void> {
  await page.getByLabel('Token of the gateway').fill(owner)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page
    .getByText('Begin a session')
    .or(page.getByLabel('Message', { exact: true }))
    .first()
    .waitFor()
}

/** Waits for a text in the transcript. */
export const seen = ({ page }: WatchedPage, text: string) =>
  page.locator('article').getByText(text, { exact: true }).first().waitFor()

/** What the entries of the transcript say. */
export const textOf = async ({ page }: WatchedPage) =>
  (await page.locator('article').allTextContents()).map((text) => text.trim())

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Finding {
  id: string
  impact: string
  nodes: { html: string }[]
}

/** Fails with what axe finds that keeps people out. Its script is put in by the debugger, past the page's policy. */
export async function expectAccessible({ page }: WatchedPage): Promise<void> {
  await page.evaluate(axe)
  const { violations } = await page.evaluate<{ violations: Finding[] }>('axe.run()')
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
}
