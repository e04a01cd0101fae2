import { render } from 'preact'
import { App } from './view/app.tsx'
import { applyTheme } from './view/theme.tsx'

applyTheme()
const root = document.getElementById('app')
if (root) render(<App />, root)
