import { describe, expect, it } from 'vitest'
import { TurnAdmission } from '../../../src/engines/brokered/admission.ts'
import type { FrontEnd } from '../../../src/engines/brokered/front-end.ts'
import { Roster } from '../../../src/engines/brokered/roster.ts'
import { beat, clock } from './beats.ts'

/** Admission where one worker has two slots and three turns may wait, two of one owner. */
function admissionOf(more: Partial<FrontEnd> = {}) {
  const roster = new Roster()
  roster.noteBeat(beat())
  const frontEnd = { isUp: true, roster, others: { count: 1 }, ...more } as FrontEnd
  return { roster, admission: new TurnAdmission({ queue: 3, ownQueue: 2, patience: 5 }, frontEnd) }
}

const refusal = (work: () => unknown) => {
  try {
    return void work()
  } catch (error) {
    const { code, message, retryAfter } = error as { code: string; message: string; retryAfter: number }
    return { code, message, retryAfter }
  }
}

describe('a turn that wants a worker', () => {
  it('has a slot while there are free ones, then waits, then is refused: first its owner’s, then all', () => {
    const { admission } = admissionOf()
    const places = Array.from({ length: 4 }, () => admission.enter({ owner: 'a' }))
    expect(places.map(({ waits }) => waits)).toEqual([false, false, true, true])
    expect(refusal(() => admission.enter({ owner: 'a' }))).toMatchObject({ code: 'rate_limited' })
    expect(admission.enter({ owner: 'b' }).waits).toBe(true)
    expect(refusal(() => admission.enter({ owner: 'b' }))).toMatchObject({ code: 'rate_limited' })
    places[0]?.[Symbol.dispose]()
    places[0]?.[Symbol.dispose]()
    expect(admission.enter({ owner: 'a' }).waits).toBe(true)
    expect(refusal(() => admission.enter({ owner: 'a' }))).toMatchObject({ code: 'rate_limited' })
    for (const place of places.slice(1)) place.admitted()
    expect(admission.enter({ owner: 'a' }).waits).toBe(true)
  })

  it('is to come again after the time that turns take, one after the other', () => {
    const { pass } = clock()
    const { admission, roster } = admissionOf()
    const turn = admission.enter({})
    turn.admitted()
    pass(4_000)
    roster.noteBeat(beat())
    turn[Symbol.dispose]()
    const late = () => turn.late() as Error & { retryAfter: number }
    expect(late()).toMatchObject({
      code: 'overloaded',
      retryAfter: 8,
      message: expect.stringContaining('in time') as string
    })
    expect(late().retryAfter).toBe(12)
    for (let place = 0; place < 5; place++) admission.enter({ owner: `o${place}` })
    expect(refusal(() => admission.enter({ owner: 'o' }))).toMatchObject({ retryAfter: 6 })
  })

  it('leaves its place once it is admitted, and only once, however it ends', () => {
    const { admission } = admissionOf()
    const places = Array.from({ length: 4 }, () => admission.enter({ owner: 'a' }))
    for (const place of places.slice(0, 2)) {
      place.admitted()
      place[Symbol.dispose]()
    }
    expect([admission.enter({ owner: 'a' }).waits, admission.enter({ owner: 'a' }).waits]).toEqual([true, true])
    expect(refusal(() => admission.enter({ owner: 'a' }))).toMatchObject({ code: 'rate_limited' })
    for (const place of places) place[Symbol.dispose]()
    expect(admission.enter({ owner: 'a' }).waits).toBe(true)
  })

  it('is to come again later each time where nothing is known of turns', () => {
    const { admission } = admissionOf({ isUp: false })
    expect([1, 2].map(() => refusal(() => admission.enter({}))?.retryAfter)).toEqual([20, 30])
  })

  it('is refused where the broker cannot be reached', () => {
    const { admission } = admissionOf({ isUp: false })
    expect(refusal(() => admission.enter({}))?.message).toContain('broker')
  })

  it('is refused once no worker has been ready for ten seconds, with the problem of one that is there', () => {
    const { pass } = clock()
    const { admission, roster } = admissionOf()
    pass(9_999)
    expect(admission.enter({}).waits).toBe(true)
    pass(1)
    const message = 'There is no worker that can run this turn'
    expect(refusal(() => admission.enter({}))).toMatchObject({
      code: 'overloaded',
      message: `${message} (the operator can start one: codex-gateway worker).`
    })
    roster.noteBeat(beat({ ready: false, problem: 'not logged in.' }))
    expect(refusal(() => admission.enter({}))).toMatchObject({ message: `${message} (not logged in).` })
  })

  it('is refused where no worker has its workspace', () => {
    const { admission, roster } = admissionOf()
    roster.noteBeat(beat({ workspaces: ['one'] }))
    expect(admission.enter({ workspace: 'one' }).waits).toBe(false)
    expect(refusal(() => admission.enter({ workspace: 'two' }))?.message).toContain("workspace 'two'")
  })

  it('takes a place among those of all front ends where there are others', async () => {
    const asked: unknown[] = []
    const places = (found: unknown) => ({
      take: (...args: unknown[]) => (
        asked.push(args),
        found === 'error' ? Promise.reject(new Error()) : Promise.resolve(found)
      )
    })
    const shared = (found: unknown, count = 2) =>
      admissionOf({ others: { count }, places: places(found) } as unknown as Partial<FrontEnd>).admission.share('a')
    const leave = () => {}
    expect(await shared(leave)).toBe(leave)
    expect(asked).toEqual([['', 5]])
    await expect(shared(undefined)).rejects.toMatchObject({ code: 'rate_limited' })
    expect((await shared('error'))()).toBeUndefined()
    await shared(undefined, 1)
    expect(asked).toHaveLength(3)
  })
})
