import { useEffect, useState } from 'preact/hooks'
import { gateway, onUnauthorized } from '../net/api.ts'
import { LoginForm } from './login.tsx'
import { showSession, useRoute } from './route.ts'
import { SessionPane } from './session.tsx'
import { Sidebar } from './sidebar.tsx'
import { useConversations } from './use-conversations.ts'

/** Whether somebody must log in is not known yet; must; need not, or has. */
type Access =
  | { kind: 'unknown'; error?: string }
  | { kind: 'needed'; isExpired: boolean }
  | { kind: 'granted'; principal: string | null }

export function App() {
  const [access, setAccess] = useState<Access>({ kind: 'unknown' })
  const [logins, setLogins] = useState(0)
  const ask = async () => {
    try {
      const { required, principal } = await gateway.login()
      setAccess(
        required && principal === null
          ? { kind: 'needed', isExpired: false }
          : { kind: 'granted', principal: required ? principal : null }
      )
      setLogins((count) => count + 1)
    } catch (reason) {
      setAccess({ kind: 'unknown', error: (reason as Error).message })
    }
  }
  useEffect(() => {
    onUnauthorized(() => setAccess({ kind: 'needed', isExpired: true }))
    void ask()
  }, [])
  if (access.kind === 'unknown') return <Unknown error={access.error} onRetry={() => void ask()} />
  const logOut = () =>
    void gateway.logOut().then(() => (showSession(null), setAccess({ kind: 'needed', isExpired: false })))
  return (
    <>
      {access.kind === 'needed' && <LoginForm isExpired={access.isExpired} onLogin={() => void ask()} />}
      {(access.kind === 'granted' || access.isExpired) && (
        <div class="app" hidden={access.kind !== 'granted'}>
          <Page login={logins} principal={access.kind === 'granted' ? access.principal : null} onLogOut={logOut} />
        </div>
      )}
    </>
  )
}

function Unknown({ error, onRetry }: { error: string | undefined; onRetry: () => void }) {
  if (error === undefined) return <main class="login" aria-busy="true" />
  return (
    <main class="login">
      <p class="error" role="alert">
        {error}
      </p>
      <button onClick={onRetry}>Try again</button>
    </main>
  )
}

interface PageProps {
  login: number
  principal: string | null
  onLogOut: () => void
}

function Page({ login, principal, onLogOut }: PageProps) {
  const current = useRoute()
  const { workspaces, workspace, setWorkspace } = useWorkspaces(login)
  const [search, setSearch] = useState('')
  const [changed, setChanged] = useState('')
  const [isListOpen, setListOpen] = useState(false)
  const conversations = useConversations(workspace, search, `${changed} ${login}`)
  return (
    <div class={`page ${isListOpen ? 'with-list' : ''}`}>
      <a class="skip" href="#message">
        Skip to the message
      </a>
      <button class="menu" aria-expanded={isListOpen} aria-controls="sidebar" onClick={() => setListOpen(!isListOpen)}>
        ☰<span class="hidden"> Sessions and threads</span>
      </button>
      <Sidebar
        {...{ conversations, search, workspaces, current, principal, onLogOut }}
        workspace={workspace ?? ''}
        onSearch={setSearch}
        onWorkspace={setWorkspace}
        onChoose={() => setListOpen(false)}
      />
      {current === null ? (
        <main class="welcome">
          <h1>Codex Gateway</h1>
          <p>Begin a session, or choose one from the list.</p>
        </main>
      ) : (
        <SessionPane key={current} id={current} login={login} onChange={setChanged} />
      )}
    </div>
  )
}

/** The workspaces that may be used, and the one that was chosen last. */
function useWorkspaces(login: number) {
  const [workspaces, setWorkspaces] = useState<readonly string[]>([])
  const [chosen, setChosen] = useState(() => localStorage.getItem('workspace'))
  useEffect(() => {
    gateway.workspaces().then(
      ({ data }) => setWorkspaces(data.map(({ id }) => id)),
      () => setWorkspaces([])
    )
  }, [login])
  const workspace = workspaces.find((id) => id === chosen) ?? workspaces[0] ?? null
  const setWorkspace = (id: string) => {
    localStorage.setItem('workspace', id)
    setChosen(id)
  }
  return { workspaces, workspace, setWorkspace }
}
