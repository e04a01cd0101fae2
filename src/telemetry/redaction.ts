/** Characters that a terminal or a log reader would act upon instead of showing them. */
// eslint-disable-next-line no-control-regex
const acting = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

const secretLooking = /\bsk-[\w-]{8,}|\bBearer +[^\s"',;]+|\bhttps?:\/\/[^\s"'<>]+/gi

/** Makes a text fit for a log: on one line, and without what looks like a key or an address, or is one of `secrets`. */
export function scrubbed(text: string, secrets: readonly string[] = []): string {
  let clean = text
  for (const secret of secrets) if (secret !== '') clean = clean.replaceAll(secret, '[secret]')
  return visible(clean.replace(secretLooking, '[hidden]'))
}

/** All that most texts are made of. */
const plain = /^[ -~]*$/

/** Writes control characters as escapes. */
export function visible(text: string): string {
  if (plain.test(text)) return text // the usual case, at a fifth of the cost
  return text.replace(acting, (character) =>
    character === '\n' ? '\\n' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  )
}
