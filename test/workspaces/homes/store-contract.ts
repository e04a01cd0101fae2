import { randomUUID } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import type { ObjectStore } from '../../../src/workspaces/homes/object-store.ts'

/** What every store must do: tests to be defined in a `describe`. */
export function behavesAsStore(store: () => ObjectStore): void {
  const key = () => `site ü+${randomUUID()}.tar.gz`
  const content = async (name: string) => {
    const object = await store().get(name)
    return object && { version: object.version, text: await text(object.body) }
  }

  it('gives back what was put last', async () => {
    const name = key()
    expect(await store().get(name)).toBeUndefined()
    const first = await store().put(name, new Blob(['one']), undefined)
    expect(await content(name)).toEqual({ version: first, text: 'one' })
    const second = await store().put(name, new Blob(['two']), first)
    expect(second).not.toBe(first)
    expect(await content(name)).toEqual({ version: second, text: 'two' })
    await store().delete(name)
    await store().delete(name)
    expect(await store().get(name)).toBeUndefined()
  })

  it('takes nothing on another version than the present one', async () => {
    const name = key()
    const first = await store().put(name, new Blob(['one']), undefined)
    const second = await store().put(name, new Blob(['two']), first)
    expect(await store().put(name, new Blob(['new']), undefined)).toBeUndefined()
    expect(await store().put(name, new Blob(['stale']), first)).toBeUndefined()
    expect(await content(name)).toEqual({ version: second, text: 'two' })
    await store().delete(name)
    expect(await store().put(name, new Blob(['stale']), second)).toBeUndefined()
  })

  it('lets one of many writers win', async () => {
    const name = key()
    const put = (expected?: string) => (n: number) => store().put(name, new Blob([`${n} after ${expected}`]), expected)
    const first = (await Promise.all([1, 2, 3, 4, 5, 6].map(put()))).filter((version) => version !== undefined)
    expect(first).toHaveLength(1)
    const second = await Promise.all([1, 2, 3, 4, 5, 6].map(put(first[0])))
    expect(second.filter((version) => version !== undefined)).toEqual([(await content(name))!.version])
    await store().delete(name)
  })

  it('keeps 20 MiB as they are', async () => {
    const name = key()
    const bytes = Buffer.alloc(20 * 1_048_576, 'a line that is not all zeros\n')
    await store().put(name, new Blob([bytes]), undefined)
    const object = await store().get(name)
    expect(Buffer.concat(await object!.body.toArray()).equals(bytes)).toBe(true)
    await store().delete(name)
  })
}
