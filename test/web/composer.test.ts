import { beforeEach, describe, expect, it } from 'vitest'
import { hasBrowser } from '../support/browser.ts'
import { needing } from '../support/left-out.ts'
import { gate } from '../support/upstream/script.ts'
import type { ScriptedGateway } from './scripted-gateway.ts'
import { sharedPage } from './shared-page.ts'
import type { WatchedPage } from './watched-page.ts'

needing('Linux on x64, for the browser', hasBrowser, () => {
  const shared = sharedPage()
  let gateway: ScriptedGateway
  let tab: WatchedPage
  beforeEach(() => void ([gateway, tab] = [shared.gateway(), shared.tab()]))

  describe('where messages are written', () => {
    it('sends images that are pasted or dropped, and what was chosen', async () => {
      const paste = (type: string) => `(() => {
        const data = new DataTransfer()
        data.items.add(new File([Uint8Array.of(1, 2, 3)], 'x', { type: '${type}' }))
        const Kind = { paste: ClipboardEvent, drop: DragEvent }
        for (const name of ['paste', 'drop'])
          document.querySelector('textarea').dispatchEvent(new Kind[name](name, { clipboardData: data, dataTransfer: data, bubbles: true, cancelable: true }))
      })()`
      await tab.page.evaluate(paste('image/png'))
      await tab.page.getByAltText('Attached image 2').waitFor()
      await tab.page.evaluate(paste('text/html'))
      await tab.page.getByRole('alert').filter({ hasText: 'PNG, JPEG, GIF or WebP' }).waitFor()
      await tab.page.getByRole('button', { name: 'Remove image 2' }).click()
      await tab.page.getByLabel('Effort').selectOption('high')
      await tab.page.getByLabel('Approvals').selectOption('on-request')
      await tab.page.getByLabel('Message', { exact: true }).press('Enter')
      const input = [{ type: 'image', url: 'data:image/png;base64,AQID' }]
      await expect
        .poll(() => gateway.calls.at(-1)?.body)
        .toEqual({ input, effort: 'high', approvalPolicy: 'on-request', steer: true })
    })

    it('is used by keyboard: Enter sends, Shift and Enter begins a line, a draft survives a reload', async () => {
      const message = tab.page.getByLabel('Message', { exact: true })
      await tab.page.keyboard.press('Tab')
      await tab.page.keyboard.press('Enter') // “Skip to the message”
      await tab.page.keyboard.type('first')
      await tab.page.keyboard.press('Shift+Enter')
      await tab.page.keyboard.type('second')
      await tab.page.reload()
      expect(await message.inputValue()).toBe('first\nsecond')
      await message.press('Enter')
      await expect
        .poll(() => gateway.calls.at(-1)?.body)
        .toEqual({ input: [{ type: 'text', text: 'first\nsecond' }], steer: true })
      await expect.poll(() => message.inputValue()).toBe('')
    })

    it('does not lose what is written while a message is sent', async () => {
      const { opened, open } = gate()
      gateway.hold(opened)
      const message = tab.page.getByLabel('Message', { exact: true })
      await message.fill('first')
      await message.press('Enter')
      await expect.poll(() => gateway.calls.length).toBe(1)
      await message.fill('second')
      open()
      await message.press('Enter')
      await expect.poll(() => gateway.calls.at(-1)?.body).toMatchObject({ input: [{ type: 'text', text: 'second' }] })
    })
  })
})
