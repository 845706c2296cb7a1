import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  handleWhen,
  type IPolicy,
  retry,
  TaskCancelledError,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel'
import { AppError } from '../errors.ts'
import type { Logger } from '../log.ts'

export interface CallPolicyOptions {
  /** What is called, for logs and messages: `mail server`. */
  name: string
  log?: Logger
  /** For each attempt. 10 s unless told. */
  timeoutMs?: number
  /** All attempts together; 3 unless told, 1 for calls that must not be repeated. */
  attempts?: number
  /** The first pause; it doubles, with jitter, up to `maxDelayMs`. 100 ms unless told. */
  initialDelayMs?: number
  /** 5 s unless told. */
  maxDelayMs?: number
  /** Which failures are worth another attempt. All unless told. */
  retryIf?: (error: unknown) => boolean
  /** After so many failed attempts in a row, calls fail at once for `openMs`; then one may try. None unless told. */
  breaker?: { failures: number; openMs: number }
}

export interface CallPolicy {
  /**
   * Runs `call` under the policy. `signal` aborts at the time-out and when `parent` aborts: pass it on.
   * Rejects with the last failure, CallTimedOut or CircuitOpen. Only for calls that may run twice (or `attempts: 1`).
   */
  run<Result>(call: (signal: AbortSignal) => Promise<Result>, parent?: AbortSignal): Promise<Result>
}

export class CallTimedOut extends AppError {
  constructor(name: string, timeoutMs: number, options: { cause: unknown }) {
    super('call_timed_out', `No answer from the ${name} within ${timeoutMs} ms.`, { ...options, status: 504 })
  }
}

export class CircuitOpen extends AppError {
  constructor(name: string, options: { cause: unknown }) {
    super(
      'circuit_open',
      `The ${name} failed several times in a row and gets a pause. Try again in a moment.`,
      {
        ...options,
        status: 503,
      },
    )
  }
}

/** Retry with jitter around a breaker around a time-out, in this order. Keep one policy for each thing called. */
export function createCallPolicy(options: CallPolicyOptions): CallPolicy {
  const { name, timeoutMs = 10_000 } = options
  const policy = wrap(...layers(options, timeoutMs))
  return {
    async run(call, parent) {
      try {
        return await policy.execute(({ signal }) => call(signal), parent)
      } catch (error) {
        if (error instanceof TaskCancelledError && !parent?.aborted) {
          throw new CallTimedOut(name, timeoutMs, { cause: error })
        }
        if (error instanceof BrokenCircuitError) throw new CircuitOpen(name, { cause: error })
        throw error
      }
    },
  }
}

function layers(options: CallPolicyOptions, timeoutMs: number): IPolicy[] {
  const inner = timeout(timeoutMs, TimeoutStrategy.Aggressive)
  const breaker = breakerOf(options)
  return [retryOf(options), ...(breaker ? [breaker] : []), inner]
}

function retryOf({
  name,
  log,
  attempts = 3,
  initialDelayMs = 100,
  maxDelayMs = 5_000,
  retryIf,
}: CallPolicyOptions) {
  // An open circuit is meant to spare the other side: no attempt of ours may wait in front of it.
  const isWorthIt = (error: Error) => !(error instanceof BrokenCircuitError) && (retryIf?.(error) ?? true)
  const policy = retry(handleWhen(isWorthIt), {
    maxAttempts: attempts - 1,
    backoff: new ExponentialBackoff({ initialDelay: initialDelayMs, maxDelay: maxDelayMs }),
  })
  policy.onRetry(({ attempt, delay, ...reason }) => {
    log?.warn(
      { callee: name, attempt, delayMs: delay, err: 'error' in reason ? reason.error : undefined },
      'call repeated',
    )
  })
  return policy
}

function breakerOf({ name, log, breaker }: CallPolicyOptions): CircuitBreakerPolicy | undefined {
  if (!breaker) return undefined
  const policy = circuitBreaker(handleAll, {
    halfOpenAfter: breaker.openMs,
    breaker: new ConsecutiveBreaker(breaker.failures),
  })
  policy.onBreak(() => log?.warn({ callee: name }, 'circuit opened'))
  policy.onReset(() => log?.info({ callee: name }, 'circuit closed'))
  return policy
}
