import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { systemPart } from '@seaworthy/testing'
import { testBuilder } from '../builder.conformance.ts'
import { createTestingBuilder } from './testing-builder.ts'

const lacksCgroups = await systemPart.missing('root', 'cgroups')

testBuilder('host', async () => {
  const { builder, home, close } = await createTestingBuilder()
  const sourceThatRuns = (command: string) => ({
    'server.js': '',
    'seaworthy.json': JSON.stringify({ build: { command } }),
  })
  const leftovers = () => readdir(join(home, 'builds/running')).catch(() => [])
  return { builder, sourceThatRuns, leftovers, canLimitMemory: !lacksCgroups, close }
})
