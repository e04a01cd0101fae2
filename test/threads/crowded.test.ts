import { expect, it, onTestFinished, vi } from 'vitest'
import { ActiveTurns } from '../../src/threads/active.ts'
import { AppServerCalls } from '../../src/threads/calls.ts'
import { LoadedThreads } from '../../src/threads/loaded.ts'
import { Threads } from '../../src/threads/threads.ts'
import { GatewayError } from '../../src/turn/error.ts'
import { startGuard } from '../support/guarded-turn.ts'
import { testWorkspace } from '../support/engines.ts'
import { scriptedAppServer } from './scripted-app-server.ts'
import { ana, record, startStore } from './start-store.ts'

it('a thread gives way to a new one also where its workspace is gone', async () => {
  const unhandled = vi.fn<() => void>()
  process.on('unhandledRejection', unhandled)
  onTestFinished(() => void process.off('unhandledRejection', unhandled))
  await using guard = await startGuard()
  const { store, threads: threadStore } = startStore({ count: 1 })
  using _ = store
  const appServer = scriptedAppServer(({ answer }) => answer({}))
  const place = testWorkspace({ binary: '', env: {}, folder: '/tmp', guard })
  const home = { ...place.homes.persistent, appServer }
  const workspaces = {
    async get(id = 'default') {
      if (id !== 'default') throw new GatewayError('workspace_not_found', 'There is no such workspace.')
      return { ...place, id, homes: { ephemeral: home, persistent: home } }
    }
  }
  const threads = new Threads({
    ...{ workspaces, calls: new AppServerCalls(workspaces), store: threadStore, stores: true },
    ...{ active: new ActiveTurns(), loaded: new LoadedThreads({ count: 1, lifeMs: 60_000 }) }
  })
  const former = record(1, { workspace: 'gone' })
  threadStore.add(former)
  const { id } = await threads.start(ana, {}, new AbortController().signal)
  await new Promise(setImmediate)
  expect([threadStore.find(former, former.id), threadStore.find(ana, id)?.id]).toEqual([undefined, id])
  expect(unhandled).not.toHaveBeenCalled()
  await appServer.close()
})
