import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { startBrowser } from '../../test/support/browser.ts'
import { freshPage } from '../../test/support/page.ts'
import { sessionId, startScriptedGateway } from '../../test/web/scripted-gateway.ts'
import type { ScriptedGateway } from '../../test/web/scripted-gateway.ts'
import { approval, question, tellStory } from './story.ts'

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, '..', '..', 'screenshots'))
await mkdir(folder, { recursive: true })
const browser = await startBrowser()
const assets = await freshPage()
const deadline = () => Date.now() + 120_000

/** Each state of the page: what it is called, and how one comes there. */
const states: Record<string, (page: Page, gateway: ScriptedGateway) => Promise<void>> = {
  async login(page, gateway) {
    gateway.login.required = true
    await page.goto(`${gateway.url}/sessions`)
    await page.getByLabel('Token of the gateway').waitFor()
  },
  async welcome(page, gateway) {
    await page.goto(`${gateway.url}/sessions`)
    await page.getByText('Tidy up the tests').waitFor({ state: 'attached' })
  },
  async approval(page, gateway) {
    tellStory(gateway)
    gateway.emit('server-request', { ...approval, deadline: deadline() })
    await open(page, gateway)
  },
  async question(page, gateway) {
    tellStory(gateway)
    gateway.emit('server-request', { ...question, deadline: deadline() })
    await open(page, gateway)
  },
  async steps(page, gateway) {
    tellStory(gateway)
    await open(page, gateway)
    await page.evaluate(`document.querySelectorAll('details').forEach((one) => (one.open = true))`)
  },
  async reconnecting(page, gateway) {
    tellStory(gateway)
    await open(page, gateway)
    gateway.refuse(true)
    gateway.cut()
    await page.getByText('reconnecting').waitFor()
  },
  async deletion(page, gateway) {
    await open(page, gateway)
    await page.getByRole('button', { name: 'Delete Tidy up the tests' }).click()
  }
}

async function open(page: Page, gateway: ScriptedGateway): Promise<void> {
  await page.goto(`${gateway.url}/sessions/${sessionId}`)
  await page.locator('.connection.live').waitFor()
  await page.getByText('Tidy up the tests').first().waitFor({ state: 'attached' })
}

const looks = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1200, height: 760 } },
  { name: 'dark-narrow', colorScheme: 'dark', viewport: { width: 400, height: 760 } }
] as const

for (const [state, show] of Object.entries(states))
  for (const { name, ...look } of looks) {
    if (state === 'deletion' && name !== 'light') continue // on a narrow screen it is the same, below the list
    await using gateway = await startScriptedGateway(assets)
    const page = await browser.newPage(look)
    await show(page, gateway).catch((error: Error) => console.error(`${state}, ${name}: ${error.message}`))
    await page.waitForTimeout(300) // what moves has come to rest
    await page.screenshot({ path: join(folder, `${state}-${name}.png`) })
    await page.close()
  }
await browser.close()
console.log(`The pictures are in ${folder}`)
