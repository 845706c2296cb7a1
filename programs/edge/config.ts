import { readFileSync } from 'node:fs'
import { availableParallelism, homedir } from 'node:os'
import { join } from 'node:path'

export interface EdgeConfig {
  /** Everything that the edge keeps is under here: `edge/`, `run/` and `logs/edge/`. */
  home: string
  /** Address to listen on; `::` takes IPv4 too. */
  host: string
  httpPort: number
  /** Opened with the first certificate or TLS-ALPN challenge of a table. */
  httpsPort: number
  /** The oldest TLS that is spoken. */
  tlsMinVersion: TlsMinVersion
  /** Stored answers of all apps whose cache rules ask for it, over all workers. */
  cacheBytes: number
  /** Worker threads that serve requests. */
  workers: number
  limits: EdgeLimits
  accessLog: AccessLogConfig
  /** Redis or Valkey in which several edges count requests together. */
  redisUrl: string | undefined
  /** A MaxMind DB file with the countries of addresses; undefined without one. */
  countryFile: string | undefined
}

export type TlsMinVersion = 'TLSv1.2' | 'TLSv1.3'

/** What bounds a client, whatever the app. Times in milliseconds. */
export interface EdgeLimits {
  /** From a new connection to the end of its TLS handshake. */
  handshakeMs: number
  /** From the first byte of a request to the end of its headers. */
  headersMs: number
  /** From the first byte of a request to the end of its body. */
  requestMs: number
  /** Between two requests on one connection. */
  keepAliveMs: number
  /** To open a connection to a target. */
  connectMs: number
  /** Request line and headers together. */
  maxHeaderBytes: number
  /** Requests that wait for one sleeping app, for each worker. */
  maxHeldPerApp: number
  /** The body of a request must come at this rate, over any ten seconds in which the edge waits for it; 0 for no bound. */
  minBodyBytesPerSecond: number
  /** Open connections of one client address; 0 for no bound. */
  maxConnectionsPerAddress: number
  /** How long a replaced or stopped edge finishes what it has before it exits. */
  drainMs: number
}

export interface AccessLogConfig {
  /** 0 writes no request log, whatever the table says. */
  sampleRate: number
}

export const DEFAULT_LIMITS: EdgeLimits = {
  handshakeMs: 10_000,
  headersMs: 15_000,
  requestMs: 60 * 60_000,
  keepAliveMs: 60_000,
  connectMs: 2_000,
  maxHeaderBytes: 32_768,
  maxHeldPerApp: 2_000,
  minBodyBytesPerSecond: 100,
  maxConnectionsPerAddress: 2_000,
  drainMs: 30_000,
}

/**
 * Reads the edge's settings from the environment; each also as `NAME_FILE`.
 * @throws {Error} naming every setting that is wrong
 */
export function readConfig(env: NodeJS.ProcessEnv): EdgeConfig {
  const problems: string[] = []
  const number = (name: string, fallback: number, least: number, most: number): number => {
    const text = readSetting(env, name)
    const value = text === undefined ? fallback : Number(text)
    if (text?.trim() !== '' && value >= least && value <= most) return value
    problems.push(`${name} must be a number from ${least} to ${most}, not "${text}"`)
    return fallback
  }
  const config: EdgeConfig = {
    home: readSetting(env, 'SEAWORTHY_HOME') ?? join(homedir(), '.local', 'share', 'seaworthy'),
    host: readSetting(env, 'SEAWORTHY_EDGE_HOST') ?? '::',
    httpPort: Math.trunc(number('SEAWORTHY_HTTP_PORT', 8080, 1, 65_535)),
    httpsPort: Math.trunc(number('SEAWORTHY_HTTPS_PORT', 8443, 1, 65_535)),
    tlsMinVersion: `TLSv${number('SEAWORTHY_EDGE_TLS_MIN_VERSION', 1.2, 1.2, 1.3) < 1.3 ? '1.2' : '1.3'}`,
    workers: Math.trunc(number('SEAWORTHY_EDGE_WORKERS', Math.min(availableParallelism(), 64), 1, 64)),
    cacheBytes: number('SEAWORTHY_EDGE_CACHE_MB', 64, 0, 1_048_576) * 1024 * 1024,
    limits: {
      ...DEFAULT_LIMITS,
      handshakeMs: number('SEAWORTHY_EDGE_HANDSHAKE_MS', DEFAULT_LIMITS.handshakeMs, 100, 3_600_000),
      headersMs: number('SEAWORTHY_EDGE_HEADERS_MS', DEFAULT_LIMITS.headersMs, 100, 3_600_000),
      requestMs: number('SEAWORTHY_EDGE_REQUEST_MS', DEFAULT_LIMITS.requestMs, 100, 86_400_000),
      keepAliveMs: number('SEAWORTHY_EDGE_KEEP_ALIVE_MS', DEFAULT_LIMITS.keepAliveMs, 100, 3_600_000),
      minBodyBytesPerSecond: number(
        'SEAWORTHY_EDGE_MIN_BODY_BYTES_PER_SECOND',
        DEFAULT_LIMITS.minBodyBytesPerSecond,
        0,
        1_000_000,
      ),
      maxConnectionsPerAddress: Math.trunc(
        number(
          'SEAWORTHY_EDGE_CONNECTIONS_PER_ADDRESS',
          DEFAULT_LIMITS.maxConnectionsPerAddress,
          0,
          1_000_000,
        ),
      ),
      drainMs: number('SEAWORTHY_EDGE_DRAIN_MS', DEFAULT_LIMITS.drainMs, 0, 3_600_000),
    },
    accessLog: {
      sampleRate: number('SEAWORTHY_EDGE_ACCESS_LOG', 1, 0, 1),
    },
    redisUrl: readRedisUrl(env, problems),
    countryFile: readSetting(env, 'SEAWORTHY_GEOIP_FILE'),
  }
  if (problems.length > 0) throw new Error(`The edge's settings are wrong: ${problems.join('; ')}.`)
  return config
}

function readRedisUrl(env: NodeJS.ProcessEnv, problems: string[]): string | undefined {
  const url = readSetting(env, 'SEAWORTHY_EDGE_REDIS_URL')
  // It may hold a password, so it is not repeated.
  if (url !== undefined && !/^rediss?:\/\//.test(url))
    problems.push('SEAWORTHY_EDGE_REDIS_URL must start with redis:// or rediss://')
  return url
}

function readSetting(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const file = env[`${name}_FILE`]
  if (file) return readFileSync(file, 'utf8').trim()
  return env[name] || undefined
}
