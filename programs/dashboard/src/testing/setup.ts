import { cleanup, configure } from '@testing-library/react'
import { afterEach } from 'vitest'

afterEach(cleanup)

// On a busy machine an answer of the local server takes its time.
configure({ asyncUtilTimeout: 10_000 })
