import type { Broker } from '../../src/broker/broker.ts'

/** A broker that loses, repeats and delays what is sent without an answer, each of them one time in so many. */
export function lossy(broker: Broker, oneIn: number, random: () => number): Broker {
  const { mail } = broker
  const sendJson = (subject: string, json: string) => {
    const chance = Math.floor(random() * oneIn * 3)
    if (chance === 0) return
    if (chance === 1) setTimeout(() => mail.sendJson(subject, json), 5 + random() * 20)
    else mail.sendJson(subject, json)
    if (chance === 2) mail.sendJson(subject, json)
  }
  const changed = new Proxy(mail, {
    get(target, name) {
      if (name === 'sendJson') return sendJson
      if (name === 'send') return (subject: string, message: unknown) => sendJson(subject, JSON.stringify(message))
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    }
  })
  return { ...broker, mail: changed, [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose]() }
}

/** The same numbers each time. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}
