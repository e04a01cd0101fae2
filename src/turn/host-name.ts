const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const hostName = new RegExp(`^${label}(?:\\.${label})*$`, 'i')

/** Whether a text is an exact host name or address: no wildcard, scheme, port or path. */
export const isHostName = (text: string): boolean => text.length <= 253 && hostName.test(text)
