/** What apps cost: asleep, awake and after a crash. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { example } from '../e2e/harness/apps-folders.ts'
import { Platform } from '../e2e/harness/platform.ts'
import { printTable } from './table.ts'

const SLEEPING = 50
const AWAKE = 100
const AT_ONCE = 4
const CPU_MS = 20_000
const TICKS_PER_SECOND = 100
const CRASHES = 9

export async function run(): Promise<object> {
  const platform = await Platform.start({
    ...{ SEAWORTHY_WATCH_SECONDS: '0', SEAWORTHY_INSTANCE_LIMITS: 'memoryMb=128' },
  })
  try {
    const empty = await cost(platform)
    await deployAll(platform, 'nap', SLEEPING, 1)
    await untilAsleep(platform, 'nap', SLEEPING)
    const asleep = await cost(platform)
    await deployAll(platform, 'hello', AWAKE, 0)
    const awake = await cost(platform)
    const restartMs = await restarts(platform, 'hello-0')
    printTable('what apps cost the platform (control plane and edge)', [
      row('no apps', empty, empty),
      row(`${SLEEPING} asleep`, asleep, empty),
      row(`${SLEEPING} asleep, ${AWAKE} awake`, awake, empty),
    ])
    printTable('a crashed instance, from its end to the next answer', [
      {
        crashes: `${CRASHES}`,
        median: `${restartMs.toFixed(0)} ms`,
        'of 1000 ms': (restartMs / 1000).toFixed(2),
      },
    ])
    return { empty, asleep, awake, restartMs }
  } finally {
    await platform.destroy()
  }
}

interface Cost {
  instances: number
  ownMb: number
  cpu: number
}

function row(what: string, { instances, ownMb, cpu }: Cost, empty: Cost): Record<string, string> {
  return {
    what,
    instances: `${instances}`,
    'own memory': `${ownMb.toFixed(1)} MB`,
    more: `${(ownMb - empty.ownMb).toFixed(1)} MB`,
    'of a core': `${cpu.toFixed(2)} %`,
  }
}

async function cost(platform: Platform): Promise<Cost> {
  const status = await platform.api.call('status.get')
  const pids = [platform.controlPlanePid, status.edge.pid!]
  const before = pids.map(cpuTicks)
  await sleep(CPU_MS)
  const ticks = pids.map(cpuTicks).reduce((total, now, index) => total + now - before[index]!, 0)
  return {
    instances: status.counts!.instances,
    ownMb: pids.reduce((total, pid) => total + ownMb(pid), 0),
    cpu: (ticks / TICKS_PER_SECOND / (CPU_MS / 1000)) * 100,
  }
}

async function deployAll(
  platform: Platform,
  name: string,
  count: number,
  sleepAfterMinutes: number,
): Promise<void> {
  const slugs = Array.from({ length: count }, (_, index) => `${name}-${index}`)
  const work = async () => {
    for (let slug = slugs.pop(); slug; slug = slugs.pop()) {
      const { deployment } = await platform.deploy(slug, example('hello'))
      if (deployment.state !== 'succeeded') throw new Error(`${slug}: ${deployment.error?.message}`)
      await platform.api.call('apps.update', { params: { slug }, body: { sleepAfterMinutes } })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

async function untilAsleep(platform: Platform, name: string, count: number): Promise<void> {
  for (;;) {
    const apps = []
    for await (const app of platform.api.all('apps.list')) apps.push(app)
    const asleep = apps.filter(({ slug, state }) => slug.startsWith(name) && state === 'asleep')
    if (asleep.length === count) return
    await sleep(1_000)
  }
}

/** The median over some crashes, each after a quiet time, in milliseconds. */
async function restarts(platform: Platform, slug: string): Promise<number> {
  const times: number[] = []
  for (let crash = 0; crash < CRASHES; crash++) {
    const [instance] = await platform.api.call('instances.list', { params: { slug } })
    const crashedAt = performance.now()
    process.kill(pidOn(instance!.port!), 'SIGKILL')
    for (;;) {
      const [newest] = await platform.api.call('instances.list', { params: { slug } })
      if (newest!.id !== instance!.id && newest!.state === 'healthy') break
      await sleep(5)
    }
    times.push(performance.now() - crashedAt)
    await platform.api.call('apps.scale', { params: { slug }, body: { web: 1 } }) // forgives the crash
  }
  return times.sort((one, two) => one - two)[Math.floor(times.length / 2)]!
}

/** The process that was given this port. */
function pidOn(port: number): number {
  const pid = processIds().find(one => textOf(`/proc/${one}/environ`).split('\0').includes(`PORT=${port}`))
  if (pid === undefined) throw new Error(`Nobody has port ${port}.`)
  return Number(pid)
}

function processIds(): string[] {
  return readdirSync('/proc').filter(name => /^\d+$/.test(name))
}

function cpuTicks(pid: number): number {
  const fields = textOf(`/proc/${pid}/stat`)
    .replace(/^.*\) /, '')
    .split(' ')
  return Number(fields[11]) + Number(fields[12])
}

/** Anonymous memory in megabytes (proc_pid_status(5)): what would not be there without the process. */
function ownMb(pid: number): number {
  return Number(/^RssAnon:\s+(\d+)/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0) / 1024
}

/** Empty for a process that went meanwhile. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
