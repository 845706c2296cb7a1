import { join } from 'node:path'

/** Where the edge keeps its files under `SEAWORTHY_HOME`. */
export interface EdgeFiles {
  /** The last table that was pushed. */
  table: string
  /** Socket of the edge that serves now: a second name of its `ownSocket`. */
  controlSocket: string
  /** Socket of this very process, reachable also after a newer edge took over `controlSocket`. */
  ownSocket: string
  /** Seals the TLS sessions that clients resume. */
  ticketKeys: string
  /** Names instances in cookies. */
  stickyKey: string
  /** Pid and start time of the edge that serves now. */
  pidFile: string
  /** With a folder for each app. */
  requestLogs: string
  visits: string
}

export function edgeFiles(home: string, pid: number): EdgeFiles {
  return {
    table: join(home, 'edge', 'table.json'),
    controlSocket: join(home, 'run', 'edge.sock'),
    ownSocket: join(home, 'run', `edge-${pid}.sock`),
    ticketKeys: join(home, 'edge', 'ticket-keys.json'),
    stickyKey: join(home, 'edge', 'sticky.key'),
    pidFile: join(home, 'run', 'edge.pid'),
    requestLogs: join(home, 'logs', 'edge', 'requests'),
    visits: join(home, 'edge', 'visits'),
  }
}
