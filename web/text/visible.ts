/**
 * Characters that a person cannot see, or that reorder what is shown: control characters but tab and line feed, directions,
 * blanks of no width. A command must not look like another one to whoever allows it.
 */
const hidden = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]/gu

/** A text in which such characters stand as escapes: `\u{202e}`. */
export const visible = (text: string): string =>
  text.replaceAll(hidden, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`)
