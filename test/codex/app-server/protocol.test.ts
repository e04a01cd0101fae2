import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { protocolOf } from '../../../scripts/check-protocol.ts'
import { used } from '../../../scripts/protocol-in-use.ts'
import { unusedNotifications } from '../../../src/codex/app-server/unused-notifications.ts'
import { codexBinary } from '../../support/upstream/codex-home.ts'

const fixture = join(import.meta.dirname, '../../fixtures/app-server/protocol.json')

describe('the protocol of the installed codex', () => {
  it('has every message and field that is used here, as they were', async () => {
    const protocol = await protocolOf(codexBinary)
    await expect(`${JSON.stringify(protocol, undefined, 2)}\n`).toMatchFileSnapshot(fixture)
    const wanted = [
      ...used.ClientRequest.map((method) => `ClientRequest ${method}`),
      ...used.ServerNotification.map((method) => `ServerNotification ${method}`),
      ...Object.entries(used.fields).flatMap(([type, fields]) => fields.map((field) => `${type}.${field}`))
    ]
    expect(wanted.filter((name) => !(name in protocol))).toEqual([])
  })

  it('is not asked to leave out what is read', () => {
    expect(used.ServerNotification.filter((method) => unusedNotifications.includes(method))).toEqual([])
  })
})
