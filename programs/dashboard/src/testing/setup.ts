import { cleanup, configure } from '@testing-library/react'
import { afterEach, vi } from 'vitest'

// The files of a worker share its page and its libraries, since making them anew took most of the time; they do not
// share the dashboard's own modules, nor what a file before has kept in the browser.
vi.resetModules()
localStorage.clear()
sessionStorage.clear()

afterEach(cleanup)

// On a busy machine an answer of the local server takes its time.
configure({ asyncUtilTimeout: 10_000 })
