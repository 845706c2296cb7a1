/** `npm run soak -- starts [COUNT]`: starts and stops an instance 1,000 times, and looks what is left of it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@seaworthy/kit'
import { createProcessRuntime } from '@seaworthy/runtime'
import { createSandbox } from '@seaworthy/sandbox'
import { tracesOf } from '../hostile/traces.ts'

const count = Number(process.argv[3] ?? 1_000)
const USER_NUMBER = 900_000_000 // nobody else's
const home = mkdtempSync(join(tmpdir(), 'seaworthy-starts-'))
const toolchainsDirectory = join(process.execPath, '..', '..')
/** Says why something was left. */
const log = createLogger({ name: 'starts', level: 'error' })
const sandbox = await createSandbox({
  log,
  runDirectory: join(home, 'run'),
  toolchainsDirectory,
})
const runtime = createProcessRuntime({ sandbox, log })
/** An instance keeps nobody alive who waits for its end. */
const staying = setInterval(() => {}, 60_000)
const mountsBefore = countMounts()
const left: string[] = []
const startedAt = performance.now()
let slowestStopMs = 0

for (let number = 1; number <= count; number++) {
  const instance = await runtime.start(specOf(number))
  const stoppingAt = performance.now()
  await runtime.stop(instance.id, instance.handle, { graceMs: number % 2 === 0 ? 0 : 1_000 })
  slowestStopMs = Math.max(slowestStopMs, performance.now() - stoppingAt)
  left.push(
    ...tracesOf({ slug: 'starts', user: 200_000 + USER_NUMBER, instances: [instance.id], home }).filter(
      trace => !trace.startsWith('file'),
    ),
  )
}
left.push(...readdirSync(join(home, 'run', 'tmp')).map(name => `file ${name}`))
if (countMounts() !== mountsBefore) left.push(`${countMounts() - mountsBefore} mounts`)
await runtime.close()
clearInterval(staying)
rmSync(home, { recursive: true, force: true })

const seconds = (performance.now() - startedAt) / 1_000
process.stdout.write(
  `${count} starts and stops in ${seconds.toFixed(0)} s, the slowest stop took ${slowestStopMs.toFixed(0)} ms; left: ${left.length === 0 ? 'nothing' : left.join(', ')}\n`,
)
if (left.length > 0) process.exitCode = 1

function specOf(number: number) {
  return {
    id: `start-${number}`,
    app: { id: 'app_1', slug: 'starts', userNumber: USER_NUMBER },
    ...{ release: 'v1', process: 'web', needsPort: true, env: { PATH: '/usr/bin:/bin' } },
    // Every other one has children that outlive their parent.
    command: number % 2 === 0 ? "sh -c '(setsid sleep 1000 &) ; exec sleep 1000'" : 'sleep 1000',
    artifact: { kind: 'tree' as const, directory: toolchainsDirectory },
    limits: { memoryMb: 128, cpus: 0.5, processes: 32, openFiles: 256 },
    outputDirectory: join(home, 'spool'),
  }
}

function countMounts(): number {
  return readFileSync('/proc/self/mountinfo', 'utf8').split('\n').length
}
