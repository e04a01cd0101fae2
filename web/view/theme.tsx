import { useState } from 'preact/hooks'

const themes = ['system', 'light', 'dark'] as const
type Theme = (typeof themes)[number]

const stored = (): Theme => themes.find((theme) => theme === localStorage.getItem('theme')) ?? 'system'

/** Before anything is drawn. */
export function applyTheme(theme: Theme = stored()): void {
  document.documentElement.dataset['theme'] = theme
}

export function ThemeButton() {
  const [theme, setTheme] = useState(stored)
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
  const change = () => {
    localStorage.setItem('theme', next)
    applyTheme(next)
    setTheme(next)
  }
  return (
    <button
      class="theme"
      onClick={change}
      title={`Colours: ${theme}`}
      aria-label={`Colours: ${theme}. Change to ${next}.`}
    >
      {{ system: '◐', light: '☀', dark: '☾' }[theme]}
    </button>
  )
}
