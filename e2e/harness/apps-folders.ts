import { join } from 'node:path'
import { ROOT } from './platform.ts'

export const example = (name: string) => join(ROOT, 'examples', name)
export const fixture = (name: string) => join(ROOT, 'e2e', 'fixtures', name)
