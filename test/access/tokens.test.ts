import { describe, expect, it } from 'vitest'
import { legacyOwnerOf } from '../../src/access/principal.ts'
import { Tokens } from '../../src/access/tokens.ts'

const idOf = (tokens: Tokens, token: string) => tokens.principalOf(token)?.id

describe('tokens', () => {
  it('belong to the principal they name, several to one, and to one of their own without a name', () => {
    const tokens = new Tokens([{ token: 'old', name: 'ada' }, { token: 'new', name: 'ada' }, { token: 'bare' }])
    expect([idOf(tokens, 'old'), idOf(tokens, 'new'), idOf(tokens, 'other')]).toEqual(['ada', 'ada', undefined])
    expect(tokens.principalOf('bare')).toMatchObject({
      id: expect.stringMatching(/^key_[0-9a-f]{32}$/) as string,
      name: expect.stringMatching(/^key_[0-9a-f]{8}$/) as string
    })
  })

  it('have their name also where they stand without one, in either order', () => {
    const named = { token: 'one', name: 'ada' }
    for (const both of [
      [named, { token: 'one' }],
      [{ token: 'one' }, named]
    ])
      expect(idOf(new Tokens(both), 'one')).toBe('ada')
  })

  it('may name workspaces, each its own, also those of one principal', () => {
    const tokens = new Tokens([
      { token: 'old', name: 'ada' },
      { token: 'new', name: 'ada', workspaces: ['home', 'work'] },
      { token: 'new' }
    ])
    expect(tokens.principalOf('old')).toMatchObject({ id: 'ada', workspaces: 'all' })
    expect(tokens.principalOf('new')).toMatchObject({ id: 'ada', workspaces: ['home', 'work'] })
    expect(['home', 'work', 'other'].map((id) => tokens.nameWorkspace(id))).toEqual([true, true, false])
    tokens.replace([{ token: 'old' }])
    expect(tokens.nameWorkspace('home')).toBe(false)
  })

  it('map their former ids to their owner: short ones, and those from before they had a name', () => {
    const bare = new Tokens([{ token: 'one' }])
    const unnamed = idOf(bare, 'one') ?? ''
    expect(bare.formerOwners).toEqual(new Map([[legacyOwnerOf('one'), unnamed]]))
    const named = new Tokens([{ token: 'one', name: 'ada' }])
    expect(named.formerOwners).toEqual(
      new Map([
        [legacyOwnerOf('one'), 'ada'],
        [unnamed, 'ada']
      ])
    )
    expect(legacyOwnerOf('one')).toBe('key_7692c3ad') // sha256sum of "one"
  })

  it('are never replaced by none', () => {
    const tokens = new Tokens([{ token: 'one' }])
    expect(() => tokens.replace([])).toThrow(/No token is configured any more/)
    expect([tokens.required, idOf(tokens, 'one')]).toEqual([true, expect.any(String)])
    const open = new Tokens([])
    open.replace([])
    expect(open.required).toBe(false)
    open.replace([{ token: 'one' }])
    expect(open.required).toBe(true)
  })
})
