import { EXEC_CLOSE, EXEC_PROTOCOL, type ExecQuery } from '@seaworthy/api'
import { AppError, type Logger } from '@seaworthy/kit'
import type { WebSocket } from 'ws'
import { actorName } from '../access/actor.ts'
import { requireAppCan } from '../http/app-access.ts'
import type { Implementations, SocketCall } from '../http/endpoint-implementation.ts'
import type { AppRow } from '../store/schema.ts'
import { execErrors } from './errors.ts'
import type { ExecCommands } from './exec-commands.ts'
import type { ExecLimits } from './exec-limits.ts'
import { fail, runExecSession, tell } from './exec-session.ts'

export interface ExecRoutesOptions {
  execCommands: Pick<ExecCommands, 'check' | 'open'>
  execLimits: ExecLimits
  execIdleMs: number
  log: Logger
}

export function execRoutes(options: ExecRoutesOptions): Implementations {
  const { execCommands, execLimits } = options
  return {
    'exec.open': {
      protocol: EXEC_PROTOCOL,
      async socket(call) {
        const { app, query, actor, audit } = call
        requireAppCan('run', app)
        execCommands.check(app, query)
        const giveBack = execLimits.take({ person: actorName(actor), appId: app.id, slug: app.slug })
        call.onEnd(giveBack)
        audit({ after: auditedFacts(query) })
        return socket => serve(options, { app, query, socket, call })
      },
    },
  }
}

/** Only the program: what follows it may be a password. */
function auditedFacts({ command = [], process, instance, fresh }: ExecQuery) {
  const [program = 'a shell', ...rest] = typeof command === 'string' ? [command] : command
  return {
    program,
    arguments: rest.length,
    ...(process === undefined ? {} : { process }),
    ...(instance === undefined ? {} : { instance }),
    ...(fresh === 'true' ? { fresh: true } : {}),
  }
}

async function serve(
  { execCommands, execIdleMs, log }: ExecRoutesOptions,
  {
    app,
    query,
    socket,
    call,
  }: { app: AppRow; query: ExecQuery; socket: WebSocket; call: SocketCall<'exec.open'> },
): Promise<void> {
  const opened = await execCommands.open(app, query).catch(error => {
    if (!(error instanceof AppError && error.isOperational)) throw error
    fail(socket, error, EXEC_CLOSE.notStarted)
  })
  if (!opened) return socket.resume()
  const { live, command, release } = opened
  let hasEnded = false
  void live.instance.exited.then(() => {
    hasEnded = true
  })
  try {
    tell(socket, { type: 'started', instance: live.row.id, process: live.row.process })
    const signal = endOf(call)
    await runExecSession({
      ...{ socket, command, signal, idleMs: execIdleMs, log },
      instanceEnded: () => hasEnded || live.stopping,
    })
  } finally {
    await command.end()
    await release()
  }
}

/** As one signal whose reason is the sentence for whoever sees the command. */
function endOf({ stopping, notAllowed }: SocketCall<'exec.open'>): AbortSignal {
  const ended = new AbortController()
  const on = (signal: AbortSignal, reason: () => AppError) => {
    if (signal.aborted) ended.abort(reason())
    signal.addEventListener('abort', () => ended.abort(reason()), { once: true, signal: ended.signal })
  }
  on(stopping, execErrors.exec_stopping)
  on(notAllowed, execErrors.exec_not_allowed)
  return ended.signal
}
