/** What stands in the place of a secret. */
const masked = '***'

/** Shorter values are no secrets, and would be found in every text. */
const shortest = 4

/** Takes the secrets of a task out of what is stored and sent of it: as they are, line by line, in Base64 and as in a URL. */
export class Mask {
  readonly #pattern: RegExp | undefined

  constructor(secrets: Iterable<string>) {
    const all = [...new Set([...secrets].flatMap(formsOf))].filter((form) => form.length >= shortest)
    const longestFirst = all.sort((one, other) => other.length - one.length)
    this.#pattern = all.length === 0 ? undefined : new RegExp(longestFirst.map(escaped).join('|'), 'g')
  }

  text(text: string): string {
    return this.#pattern ? text.replace(this.#pattern, masked) : text
  }

  /** The same of every text in a JSON value, and of the names in it. */
  value<T>(value: T): T {
    return this.#pattern ? (this.#inside(value) as T) : value
  }

  #inside(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value)
    if (typeof value === 'number') return this.#number(value)
    if (Array.isArray(value)) return value.map((one) => this.#inside(one))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [this.text(name), this.#inside(inner)]))
  }

  #number(value: number): unknown {
    const text = String(value)
    const without = this.text(text)
    return without === text ? value : without
  }
}

function formsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= 8)
  return [secret, secret.trim(), ...lines].flatMap((form) => [
    form,
    encodeURIComponent(Buffer.from(form).toString()) /* half a surrogate pair would be an error */,
    JSON.stringify(form).slice(1, -1),
    ...base64Forms(form)
  ])
}

/** As it is in the middle of a longer text, too: without the characters that depend on what stands beside it. */
function base64Forms(form: string): string[] {
  const bytes = Buffer.from(form)
  if (bytes.length < 8) return []
  const inside = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replaceAll('=', '')
    const from = before === 0 ? 0 : before + 1
    const last = (before + bytes.length) % 3 === 0 ? text.length : text.length - 1
    return text.slice(from, last)
  })
  return inside.flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')])
}

const escaped = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)
