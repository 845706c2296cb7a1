import { systemPart } from '@seaworthy/testing'
import { describe } from 'vitest'
import { testBuilder } from '../builder.conformance.ts'
import { createTestingDockerBuilder } from './testing-docker-builder.ts'

const lacksDocker = await systemPart.missing('linux', 'docker', 'busybox')

describe.skipIf(lacksDocker)('with a Docker engine', () => {
  testBuilder('docker', async () => {
    const { builder, base, containers, close } = await createTestingDockerBuilder()
    const sourceThatRuns = (line: string) => ({ Dockerfile: `FROM ${base}\nRUN ${line}\nCMD ["sh"]\n` })
    return { builder, sourceThatRuns, leftovers: containers, canLimitMemory: true, close }
  })
})
