import { readFileSync } from 'node:fs'

/**
 * What to put before a command so that it starts without the single rights that a platform which is not root was given
 * (one for low ports, by systemd): such rights pass on to whatever is started (capabilities(7), ambient set). Empty where
 * there are none.
 */
export function withoutGivenRights(): string[] {
  return hasGivenRights() ? ['/usr/bin/setpriv', '--inh-caps=-all', '--ambient-caps=-all', '--'] : []
}

function hasGivenRights(): boolean {
  try {
    return /^CapAmb:\t0*[1-9a-f]/m.test(readFileSync('/proc/self/status', 'utf8'))
  } catch {
    return false // not Linux
  }
}
