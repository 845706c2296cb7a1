import type { EndpointEntry } from '../endpoint-list.ts'

export type ExecAction = 'app:exec'

export const execEndpoints = {
  'exec.open': {
    method: 'GET',
    path: '/api/v1/apps/{slug}/exec',
    action: 'app:exec',
    tag: 'instances',
    socket: true,
    summary: 'Run a command within a running instance, over a WebSocket',
  },
} as const satisfies Record<string, EndpointEntry>
