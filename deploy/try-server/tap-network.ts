import { randomInt } from 'node:crypto'
import { run } from './run-command.ts'

/** A network of two: this machine and the guest. It leads nowhere else. */
export interface TapNetwork {
  device: string
  hostAddress: string
  guestAddress: string
}

export async function makeTapNetwork(): Promise<TapNetwork> {
  const inUse = await run(['ip', '-4', 'route', 'show', 'table', 'all'])
  const net = freeNet(inUse)
  const network = { device: `swtry${process.pid}`, hostAddress: `${net}.1`, guestAddress: `${net}.2` }
  await run(['ip', 'tuntap', 'add', 'dev', network.device, 'mode', 'tap'])
  try {
    await run(['ip', 'address', 'add', `${network.hostAddress}/30`, 'dev', network.device])
    await run(['ip', 'link', 'set', network.device, 'up'])
    return network
  } catch (error) {
    await removeTapNetwork(network)
    throw error
  }
}

export async function removeTapNetwork({ device }: TapNetwork): Promise<void> {
  await run(['ip', 'link', 'delete', device])
}

/** The first three numbers of a private network that nobody on this machine uses. */
function freeNet(routes: string): string {
  const nets = Array.from({ length: 50 }, () => `10.${randomInt(100, 250)}.${randomInt(0, 255)}`)
  const free = nets.find(net => !routes.includes(`${net.split('.').slice(0, 2).join('.')}.`))
  if (free === undefined) throw new Error('This machine uses every private network that was tried.')
  return free
}
