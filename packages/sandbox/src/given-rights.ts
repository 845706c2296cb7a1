import { existsSync, readFileSync } from 'node:fs'

const CHOOM = '/usr/bin/choom'
/** Of -1000 (never ended) to 1000. As in launch.sh: a host without memory ends apps before the platform. */
const APP_OOM_SCORE = 300

/**
 * What to put before a command so that it starts without what systemd gave a platform that is not root, and what passes
 * on to whatever is started: single rights, such as the one for low ports (capabilities(7), ambient set), and that the
 * kernel spares it where memory is short (proc_pid_oom_score_adj(5)). Empty where there is nothing of it.
 */
export function withoutGivenRights(): string[] {
  return [
    ...(isSpared() ? [CHOOM, '--adjust', `${APP_OOM_SCORE}`, '--'] : []),
    ...(hasGivenRights() ? ['/usr/bin/setpriv', '--inh-caps=-all', '--ambient-caps=-all', '--'] : []),
  ]
}

/** Where choom is missing (util-linux before 2.33), apps are spared as the platform is. */
function isSpared(): boolean {
  return Number(readOfSelf('oom_score_adj')) < 0 && existsSync(CHOOM)
}

function hasGivenRights(): boolean {
  return /^CapAmb:\t0*[1-9a-f]/m.test(readOfSelf('status'))
}

/** Empty where this is not Linux. */
function readOfSelf(file: string): string {
  try {
    return readFileSync(`/proc/self/${file}`, 'utf8')
  } catch {
    return ''
  }
}
