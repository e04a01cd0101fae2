import type { IncomingHttpHeaders } from 'node:http'

/** The cookie of those who have logged in with a browser: a random id, never a token. */
export const loginCookie = 'codex_session'

/** What the cookie of a login holds, if a request carries one. */
export function cookieFrom({ cookie }: IncomingHttpHeaders): string | undefined {
  return /(?:^|;\s*)codex_session=([\w-]{54})(?:;|$)/.exec(cookie ?? '')?.[1]
}

/** The value of `Set-Cookie` for a login that lives so many seconds; 0 removes it. */
export function setCookie(value: string, seconds: number, isSecure: boolean): string {
  return `${loginCookie}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${isSecure ? '; Secure' : ''}`
}
