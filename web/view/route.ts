import { useEffect, useState } from 'preact/hooks'

const sessionIn = (path: string) => /^\/sessions\/([\w-]+)\/?$/.exec(path)?.[1] ?? null

/** The session that the address names, which back and forward change too. */
export function useRoute(): string | null {
  const [id, setId] = useState(() => sessionIn(location.pathname))
  useEffect(() => {
    const read = () => setId(sessionIn(location.pathname))
    addEventListener('popstate', read)
    return () => removeEventListener('popstate', read)
  }, [])
  return id
}

export function showSession(id: string | null): void {
  const path = id === null ? '/' : `/sessions/${id}`
  if (path === location.pathname) return
  history.pushState(null, '', path)
  dispatchEvent(new PopStateEvent('popstate'))
}
