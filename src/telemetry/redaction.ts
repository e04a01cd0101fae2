/** Characters that a terminal or a log reader would interpret instead of showing. */
// oxlint-disable-next-line no-control-regex
const controlCharacters = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

const secretPattern = /\b(?:sk-|cg[wk]_)[\w-]{8,}|\bBearer +[^\s"',;]+|\bhttps?:\/\/[^\s"'<>]+/gi

/** Prepares a text for the log: on one line, without `secrets` and without anything that looks like a key or a URL. */
export function scrubbed(text: string, secrets: Iterable<string> = []): string {
  let clean = text
  for (const secret of secrets) if (secret !== '') clean = clean.replaceAll(secret, '[secret]')
  return visible(clean.replace(secretPattern, '[hidden]'))
}

/** The characters of most texts. */
const printable = /^[ -~]*$/

/** Writes control characters as escapes. */
export function visible(text: string): string {
  if (printable.test(text)) return text // the usual case, at a fifth of the cost
  return text.replace(controlCharacters, (character) =>
    character === '\n' ? '\\n' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  )
}
