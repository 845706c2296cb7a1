import { waitFor } from '@seaworthy/testing'
import { PROGRAM } from './guest-image.ts'
import type { InstalledPlatform } from './installed-platform.ts'

/** `run` resolves with what was seen, in words, and throws when it was not as it must be. */
export interface Check {
  what: string
  run(platform: InstalledPlatform): Promise<string>
}

const UNIT = 'seaworthy.service'
const HOG_MB = 96
const HOG_MS = 120_000

/** In order: each goes on from where the one before left the server. */
export const CHECKS: readonly Check[] = [
  { what: 'install, and the platform is ready', run: install },
  { what: 'a deployment answers', run: deployHello },
  { what: 'a newer version takes over, and apps answer throughout', run: upgrade },
  { what: 'the limits of an app, read back from the kernel', run: limits },
  { what: 'kill -9 of the control plane', run: killControlPlane },
  { what: 'restart', run: restart },
  { what: 'stop, and start again', run: stopAndStart },
  { what: 'an app that takes too much memory is ended, and told of', run: hog },
  { what: 'uninstall, and install again', run: reinstall },
  { what: 'the server boots again, and apps are back', run: reboot },
  { what: 'uninstall and down leave nothing running', run: leave },
]

async function install(platform: InstalledPlatform): Promise<string> {
  const told = await platform.install()
  expect(told.includes('Done:'), `install says: ${told}`)
  await platform.untilReady()
  await platform.claim()
  return `version ${await platform.version()}, claimed by its setup link`
}

async function deployHello(platform: InstalledPlatform): Promise<string> {
  await platform.deploy(`${PROGRAM}/examples/hello`, 'hello')
  const { status, body } = await platform.ask('hello')
  expect(
    status === 200 && body.startsWith('Hello from hello v1'),
    `it answers ${status}: ${body.slice(0, 80)}`,
  )
  return `${status} ${body.split('\n')[0]}`
}

async function upgrade(platform: InstalledPlatform): Promise<string> {
  const before = { version: await platform.version(), pid: await platform.pidOf('hello') }
  const requests = await platform.whileAsking('hello', async () => {
    await platform.placeNewer()
    await platform.install()
    await platform.systemctl('restart', UNIT)
    await platform.untilReady()
  })
  const version = await platform.version()
  expect(version !== before.version, `it is still version ${version}`)
  expect((await platform.pidOf('hello')) === before.pid, 'the app was started anew')
  return `${before.version} → ${version}, the same instance, ${requests}`
}

async function limits(platform: InstalledPlatform): Promise<string> {
  await platform.placeHog('/srv/hog', { memoryMb: HOG_MB, cpus: 0.5, processes: 40 })
  await platform.deploy('/srv/hog', 'hog')
  const wanted = {
    'memory.max': `${HOG_MB * 1024 * 1024}`,
    'memory.swap.max': '0',
    'memory.oom.group': '1',
    'pids.max': '40',
    'cpu.max': '50000 100000',
  }
  const found = await platform.cgroupFiles('hog', Object.keys(wanted))
  for (const [name, value] of Object.entries(wanted))
    expect(found[name] === value, `${name} is ${found[name]}, not ${value}`)
  return Object.entries(found)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}

async function killControlPlane(platform: InstalledPlatform): Promise<string> {
  const before = { control: await platform.mainPid(), app: await platform.pidOf('hello') }
  const requests = await platform.whileAsking('hello', async () => {
    await platform.systemctl('kill', '--kill-whom=main', '--signal=KILL', UNIT)
    const isBack = async () => !['0', before.control].includes(await platform.mainPid())
    await waitFor(isBack, { timeoutMs: 120_000, what: 'systemd to start it again' })
    await platform.untilReady()
  })
  expect((await platform.pidOf('hello')) === before.app, 'the app was started anew')
  return `back by itself, the same instance, ${requests}`
}

async function restart(platform: InstalledPlatform): Promise<string> {
  const before = await platform.pidOf('hello')
  const requests = await platform.whileAsking('hello', async () => {
    await platform.systemctl('restart', UNIT)
    await platform.untilReady()
  })
  expect((await platform.pidOf('hello')) === before, 'the app was started anew')
  return `the same instance, ${requests}`
}

async function stopAndStart(platform: InstalledPlatform): Promise<string> {
  const requests = await platform.whileAsking('hello', async () => {
    await platform.systemctl('stop', UNIT)
    const result = await platform.systemctl('show', UNIT, '--property=Result', '--value')
    expect(result === 'success', `it ended with ${result}`)
    for (let asked = 0; asked < 5; asked++) await platform.ask('hello')
    await platform.systemctl('start', UNIT)
    await platform.untilReady()
  })
  return `ended in order, ${requests}`
}

async function hog(platform: InstalledPlatform): Promise<string> {
  const sentence = `was killed at ${HOG_MB} MB`
  await platform.untilAnswers('hog')
  const before = await platform.pidOf('hog')
  await platform.ask('hog', '/eat')
  const told = await waitFor(
    async () => {
      const ends = await platform.seaworthy('ends', '--app', 'hog')
      return ends.includes(sentence) && ends
    },
    { timeoutMs: HOG_MS, what: `"${sentence}"` },
  )
  await platform.untilAnswers('hog')
  expect((await platform.pidOf('hog')) !== before, 'the same process goes on')
  return `"${told.split('\n').find(line => line.includes(sentence))}", and it is back`
}

async function reinstall(platform: InstalledPlatform): Promise<string> {
  const before = await platform.pidOf('hello')
  const requests = await platform.whileAsking('hello', async () => {
    await platform.seaworthy('uninstall')
    const state = await platform.systemctl('is-enabled', UNIT).catch(() => 'disabled')
    expect(state === 'disabled', `after uninstall the unit is ${state}`)
    await platform.install()
    await platform.untilReady()
  })
  expect((await platform.pidOf('hello')) === before, 'the app was started anew')
  return `the same instance, ${requests}`
}

async function reboot(platform: InstalledPlatform): Promise<string> {
  await platform.reboot()
  await platform.untilReady()
  await platform.untilAnswers('hello')
  await platform.untilAnswers('hog')
  return 'hello and hog answer'
}

async function leave(platform: InstalledPlatform): Promise<string> {
  await platform.seaworthy('uninstall')
  const left = await platform.down()
  expect(left === '', `there still is: ${left}`)
  return 'no process of an app, no edge'
}

function expect(isSo: boolean, sentence: string): void {
  if (!isSo) throw new Error(sentence)
}
