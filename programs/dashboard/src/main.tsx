import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { setNonce } from 'get-nonce'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { connection } from './api/connection.ts'
import { createQueryClient } from './api/query-client.ts'
import { createAppRouter } from './router.tsx'
import { applyTheme, readTheme } from './shell/theme.ts'
import './styles.css'

applyTheme(readTheme())
// Styles that parts write while they run (a dialog stops the page behind it from scrolling) carry the page's nonce.
setNonce(document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '')
addEventListener('vite:preloadError', () => void reloadAfterUpgrade())

const queryClient = createQueryClient()
const router = createAppRouter(queryClient)

/** What fails is shown where it failed, with an id for a report; the browser's console need not repeat it. */
const onCaughtError = () => {}

createRoot(document.getElementById('root')!, { onCaughtError }).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)

/** After an upgrade of the platform the parts that this page would load later are gone. One that is down comes back. */
async function reloadAfterUpgrade(): Promise<void> {
  const answer = await fetch('/', { cache: 'no-store' }).catch(() => undefined)
  if (answer?.ok) location.reload()
  else connection.lost()
}
