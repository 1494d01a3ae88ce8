import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/parts.css'
import './styles/forms.css'
import './styles/beds.css'
import './styles/facilities.css'
import './styles/people.css'
import './styles/national.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { keepQueries, restoreQueries } from './app/kept-queries.ts'
import { queries } from './app/queries.ts'
import { watchServers } from './app/servers.ts'
import { signOutIfDue } from './app/session.ts'
import { applyMode } from './app/settings.ts'
import { startLanguage } from './i18n/index.ts'
import { onLocked, wakeStore, watchStore } from './offline/device-store.ts'
import { resumeServer, subscribeServer } from './offline/server.ts'
import { startShell } from './offline/shell-update.ts'

applyMode()
// What this device has comes first: with it the page opens whether anybody answers or not.
await Promise.all([startLanguage(), wakeStore()])
resumeServer()
void signOutIfDue()
restoreQueries(queries)
keepQueries(queries)
watchStore()
watchServers()
subscribeServer(() => void queries.invalidateQueries())
// Somebody signed out, or somebody else in, in another tab: this page is nobody's any more.
onLocked(() => location.reload())

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
if (import.meta.env.PROD) {
  if (document.readyState === 'complete') void startShell()
  else addEventListener('load', () => void startShell(), { once: true })
}
