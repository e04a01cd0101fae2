import { expect, it } from 'vitest'
import { Authenticator } from '../../../src/access/authenticator.ts'
import { Tokens } from '../../../src/access/tokens.ts'
import { loginKind, StoredLogins } from '../../../src/api/login/stored-logins.ts'
import { opened, storeFolder } from '../../store/opened.ts'

it('nobody who logs in often logs out others', async () => {
  const { store } = opened(await storeFolder())
  const authenticator = new Authenticator(
    new Tokens([
      { token: 'a', name: 'ada' },
      { token: 'b', name: 'bob' }
    ]),
    undefined
  )
  const kind = { ...loginKind, bounds: { ...loginKind.bounds, count: 10 } }
  const logins = new StoredLogins(store.records(kind), authenticator)
  const logIn = async (token: string) => (await logins.begin((await authenticator.identify(token))!)).cookie
  const ada = await logIn('a')
  const bobs = []
  for (let index = 0; index < 30; index++) bobs.push(await logIn('b'))
  expect((await logins.find(ada))?.principal.name).toBe('ada')
  expect((await Promise.all(bobs.map((cookie) => logins.find(cookie)))).filter(Boolean).length).toBe(9)
})
