import { useState } from 'preact/hooks'
import { gateway } from '../net/api.ts'

interface LoginProps {
  /** Somebody was logged in, and no longer is. */
  isExpired: boolean
  onLogin: () => void
}

/** Exchanges a token for a cookie that scripts cannot read. The token is stored nowhere. */
export function LoginForm({ isExpired, onLogin }: LoginProps) {
  const [token, setToken] = useState('')
  const [error, setError] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const submit = async (event: Event) => {
    event.preventDefault()
    setBusy(true)
    setError(null)
    try {
      await gateway.logIn(token.trim())
      onLogin()
    } catch (reason) {
      setError((reason as Error).message)
    } finally {
      setBusy(false)
    }
  }
  return (
    <main class="login">
      <form onSubmit={(event) => void submit(event)}>
        <h1>Codex Gateway</h1>
        {isExpired && <p role="status">Your login has expired. Log in to go on where you were.</p>}
        <label for="token">Token of the gateway</label>
        <input
          id="token"
          type="password"
          autocomplete="current-password"
          required
          autofocus
          value={token}
          aria-describedby={error === null ? undefined : 'login-error'}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
        {error !== null && (
          <p id="login-error" class="error" role="alert">
            {error}
          </p>
        )}
        <button class="primary" disabled={isBusy}>
          {isBusy ? 'Logging in …' : 'Log in'}
        </button>
      </form>
    </main>
  )
}
