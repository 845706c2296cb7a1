import type { Dockerode } from '@seaworthy/docker'
import { cgroupOfProcess, readLinuxProcess } from '@seaworthy/sandbox'
import type { InstanceExit } from '../runtime.ts'

type Container = Dockerode.ContainerInspectInfo

/** What is about to be killed in a container, without the engine's own process; of an engine elsewhere nobody can tell. */
export function killedIn(found: Container): Pick<InstanceExit, 'killedProcesses'> {
  const count = processIdsIn(found).length
  return count > 0 ? { killedProcesses: count } : {}
}

/**
 * How many processes in a container lost their parent: daemons. The engine's init took them in, beside the first process
 * of the app, and they end with that one.
 */
export function orphansIn(found: Container): number {
  if (!found.HostConfig.Init) return 0
  const ofInit = processIdsIn(found).filter(pid => readLinuxProcess(pid)?.parentPid === found.State.Pid)
  return Math.max(0, ofInit.length - 1)
}

/** As this host numbers them. */
function processIdsIn({ Id, State, HostConfig }: Container): number[] {
  const pids = cgroupOfProcess(State.Pid, { mark: Id })?.pids() ?? []
  return pids.filter(pid => !HostConfig.Init || pid !== State.Pid)
}
