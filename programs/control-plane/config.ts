import { isIP } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type Config, ConfigError, defineSettings, loadConfig } from '@seaworthy/kit'
import { isLoopback, parseMailbox, parseSmtpUrl } from '@seaworthy/kit/mail'
import { z } from 'zod'
import { parseBaseImages } from './builds/base-image-setting.ts'
import { RATE_LIMIT_DEFAULTS } from './http/rate-limit-rules.ts'
import { parseInstanceLimits } from './limits/parse-instance-limits.ts'
import { parseLimits } from './quotas/quota-limits.ts'

const port = z.coerce.number().int().min(1).max(65_535)
const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max)

/** Texts with commas between them. */
function addressList(isGood: (text: string) => boolean, message: string) {
  const parts = (text: string) =>
    text
      .split(',')
      .map(part => part.trim())
      .filter(part => part !== '')
  return z
    .string()
    .transform(parts)
    .refine(list => list.every(isGood), message)
}

const quotaText = parsedText(parseLimits)

/** What `parse` makes of a text; its error becomes that of the setting. */
function parsedText<Value>(parse: (text: string) => Value) {
  return z.string().transform((text, context) => {
    try {
      return parse(text)
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message })
      return z.NEVER
    }
  })
}

export const settings = defineSettings({
  home: {
    name: 'SEAWORTHY_HOME',
    schema: z.string().min(1),
    default: '~/.local/share/seaworthy',
    description: 'Folder for everything the platform keeps.',
  },
  port: {
    name: 'SEAWORTHY_PORT',
    schema: port,
    default: 4400,
    description: 'Dashboard and API, on SEAWORTHY_HOST.',
  },
  host: {
    name: 'SEAWORTHY_HOST',
    schema: z.string().refine(text => isIP(text) !== 0, 'must be an address such as 127.0.0.1 or 0.0.0.0'),
    default: '127.0.0.1',
    description:
      'Address on which the dashboard and the API listen. They speak plain HTTP: another one than loopback only within a container, or behind a proxy that speaks https.',
  },
  httpPort: {
    name: 'SEAWORTHY_HTTP_PORT',
    schema: port,
    default: 8080,
    description: 'The edge, where apps answer. 80 in production.',
  },
  httpsPort: {
    name: 'SEAWORTHY_HTTPS_PORT',
    schema: port,
    default: 8443,
    description: 'Where apps answer by https. Opened with the first certificate. 443 in production.',
  },
  baseDomain: {
    name: 'SEAWORTHY_BASE_DOMAIN',
    schema: z
      .string()
      .toLowerCase()
      .regex(/^(?=.{1,200}$)[a-z0-9-]+(\.[a-z0-9-]+)*$/, 'must be a domain such as apps.example.com'),
    default: 'localhost',
    description: 'An app answers at <slug>.<base domain>.',
  },
  acmeDirectory: {
    name: 'SEAWORTHY_ACME_DIRECTORY',
    schema: z
      .union([z.enum(['letsencrypt', 'letsencrypt-staging', 'none']), z.url({ protocol: /^https$/ })])
      .describe('a name or an https URL'),
    default: 'letsencrypt',
    description:
      'Who gives certificates (RFC 8555): letsencrypt, letsencrypt-staging for trials, the URL of another directory, or none. Using one means that you agree to its terms.',
  },
  acmeEmail: {
    name: 'SEAWORTHY_ACME_EMAIL',
    schema: z.email().optional(),
    description: 'Where the certificate authority may write to.',
  },
  acmeCaFile: {
    name: 'SEAWORTHY_ACME_CA_FILE',
    schema: z.string().min(1).optional(),
    description: 'PEM file with the root of a private certificate authority, for speaking to its directory.',
  },
  acmeKeyId: {
    name: 'SEAWORTHY_ACME_EAB_KEY_ID',
    schema: z.string().min(1).optional(),
    description: 'External account binding: the key id that the authority gave you.',
  },
  acmeKey: {
    name: 'SEAWORTHY_ACME_EAB_KEY',
    schema: z
      .string()
      .regex(/^[A-Za-z0-9_=-]+$/, 'must be base64url')
      .optional(),
    secret: true,
    description: 'External account binding: the key that belongs to the key id, base64url.',
  },
  acmeHttpPort: {
    name: 'SEAWORTHY_ACME_HTTP_PORT',
    schema: port,
    default: 80,
    description:
      'Where the certificate authority asks for proofs over HTTP, and where a check of a domain asks. Another than 80 only with a private authority.',
  },
  dnsServers: {
    name: 'SEAWORTHY_DNS_SERVERS',
    schema: addressList(isAddressAndPort, 'must be addresses such as 192.0.2.53 or 192.0.2.53:5353'),
    default: '',
    description: "Resolvers for checks of domains, with commas. The system's when empty.",
  },
  publicAddresses: {
    name: 'SEAWORTHY_PUBLIC_ADDRESSES',
    schema: addressList(text => isIP(text) !== 0, 'must be addresses such as 203.0.113.5'),
    default: '',
    description:
      'Where this machine is reached from the internet, with commas: what domains have to lead to. Its own public addresses when empty.',
  },
  domainsAllowLocal: {
    name: 'SEAWORTHY_DOMAINS_ALLOW_LOCAL',
    schema: z.stringbool(),
    default: false,
    description:
      'Whether domains may lead to the local network, and DNS drivers speak to it: for a private certificate authority.',
  },
  adminEmail: {
    name: 'SEAWORTHY_ADMIN_EMAIL',
    schema: z.email().optional(),
    description: 'With SEAWORTHY_ADMIN_PASSWORD: makes the first owner without the one-time setup link.',
  },
  adminPassword: {
    name: 'SEAWORTHY_ADMIN_PASSWORD',
    schema: z.string().optional(),
    secret: true,
    description: 'The password of the first owner. A weak one is refused at the start, with its reasons.',
  },
  passwordMinLength: {
    name: 'SEAWORTHY_PASSWORD_MIN_LENGTH',
    schema: wholeNumber(8, 64),
    default: 10,
    description: 'Fewest characters of a new password.',
  },
  passwordRules: {
    name: 'SEAWORTHY_PASSWORD_RULES',
    schema: z.enum(['characters', 'strength']),
    default: 'characters',
    description:
      'characters: a new password needs upper case, lower case, a digit and a special character; strength: length and strength alone.',
  },
  sessionIdleHours: {
    name: 'SEAWORTHY_SESSION_IDLE_HOURS',
    schema: z.coerce.number().min(0.01).max(8760),
    default: 168,
    description: 'How long a session lives without being used.',
  },
  sessionMaxDays: {
    name: 'SEAWORTHY_SESSION_MAX_DAYS',
    schema: z.coerce.number().min(0.01).max(365),
    default: 30,
    description: 'How long a session lives however much it is used.',
  },
  databaseUrl: {
    name: 'SEAWORTHY_DATABASE_URL',
    schema: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    secret: true,
    description: 'PostgreSQL. Without it: SQLite in the home.',
  },
  dashboardUrl: {
    name: 'SEAWORTHY_DASHBOARD_URL',
    schema: z
      .url({ protocol: /^https?$/ })
      .refine(isOrigin, 'must have neither a path nor a user: https://panel.example.com')
      .optional(),
    description:
      'Where people reach the dashboard, such as https://panel.example.com behind a proxy of yours: links in mails begin with it. http://localhost with SEAWORTHY_PORT when missing.',
  },
  smtpUrl: {
    name: 'SEAWORTHY_SMTP_URL',
    schema: z
      .string()
      .refine(isReadBy(parseSmtpUrl), 'must have the form smtp://user:password@host:587 or smtps://host:465')
      .optional(),
    secret: true,
    description:
      'The mail server: smtp://user:password@host:587 or smtps://…:465. Without it mails are written to mail.log in the home.',
  },
  mailFrom: {
    name: 'SEAWORTHY_MAIL_FROM',
    schema: z.string().refine(isReadBy(parseMailbox), 'must be one address').optional(),
    description: 'Who mails are from: Seaworthy <mail@example.com>. Needed with SEAWORTHY_SMTP_URL.',
  },
  requireSecondFactor: {
    name: 'SEAWORTHY_REQUIRE_SECOND_FACTOR',
    schema: z.enum(['none', 'admins', 'all']),
    default: 'none',
    description:
      'Who must have a second factor: administrators of the platform and of teams, or everybody. Who lacks it can only set it up.',
  },
  runtime: {
    name: 'SEAWORTHY_RUNTIME',
    schema: z.enum(['auto', 'docker', 'process']),
    default: 'auto',
    description:
      'What runs instances. auto: images in Docker, where an engine answers, and what was built here as processes; docker: everything in Docker; process: no Docker.',
  },
  dockerHost: {
    name: 'DOCKER_HOST',
    schema: z.string().min(1).optional(),
    description:
      'The Docker engine on this machine: unix:///path/to/docker.sock, tcp://127.0.0.1:2375. The usual socket when missing.',
  },
  dockerSubnets: {
    name: 'SEAWORTHY_DOCKER_SUBNETS',
    schema: z.cidrv4().refine(text => Number(text.split('/')[1]) <= 26, 'must be /26 or larger'),
    default: '10.213.0.0/16',
    description: 'Where the private networks of apps in Docker get their addresses from: 64 for each app.',
  },
  dockerBuildKit: {
    name: 'SEAWORTHY_DOCKER_BUILDKIT',
    schema: z.enum(['on', 'off']),
    default: 'off',
    description:
      'Whether Dockerfiles may use what only BuildKit can do (RUN --mount, build secrets). The engine sets such builds no limits, and what the platform sets from outside leaves out the disk: on only where all who deploy are trusted.',
  },
  dockerBaseImages: {
    name: 'SEAWORTHY_DOCKER_BASE_IMAGES',
    schema: z.string().transform((text, context) => {
      try {
        return parseBaseImages(text)
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message })
        return z.NEVER
      }
    }),
    default: '',
    description:
      'What Dockerfiles that the platform writes start from, instead of the images of Docker Hub: go=registry.example.com/go:1.25,debian=… (debian, go, gradle, java, maven, node, php, composer, python, ruby, rust).',
  },
  dockerCacheGb: {
    name: 'SEAWORTHY_DOCKER_CACHE_GB',
    schema: z.coerce.number().min(0).max(10_000),
    default: 10,
    description: 'Layers that are kept on the Docker engine only to make the next build fast.',
  },
  sandbox: {
    name: 'SEAWORTHY_SANDBOX',
    schema: z.enum(['auto', 'plain']),
    default: 'auto',
    description:
      'auto: users, cgroups and mounts where this machine allows them; plain: process groups only.',
  },
  firstUserId: {
    name: 'SEAWORTHY_FIRST_USER_ID',
    schema: wholeNumber(65_536, 2_000_000_000),
    default: 200_000,
    description:
      'Users of apps on this machine are counted from here. Each platform on one machine needs 100,000 of its own; a home that has had apps keeps its users.',
  },
  userRangesFolder: {
    name: 'SEAWORTHY_USER_RANGES_FOLDER',
    schema: z.string().min(1),
    default: '/run/seaworthy/user-ids',
    description: 'Where the platforms of one machine tell each other which users their apps have.',
  },
  buildSlots: {
    name: 'SEAWORTHY_BUILD_CONCURRENCY',
    schema: wholeNumber(1, 64),
    default: 2,
    description: 'Builds that may run at once on this machine.',
  },
  buildReserveMb: {
    name: 'SEAWORTHY_BUILD_RESERVE_MB',
    schema: wholeNumber(0, 1_048_576).optional(),
    description:
      'Memory that builds never get, for live apps and the platform itself. A third of the machine, at least 512, when missing.',
  },
  pressureDirectory: {
    name: 'SEAWORTHY_PRESSURE_DIRECTORY',
    schema: z.string().startsWith('/'),
    default: '/proc/pressure',
    description:
      'Where the kernel tells of want of memory and disk time (PSI); builds are slowed by it. Another folder where the platform runs in a container that sees the figures of the server elsewhere.',
  },
  trashMaxMb: {
    name: 'SEAWORTHY_TRASH_MAX_MB',
    schema: wholeNumber(0, 1_073_741_824),
    default: 10_240,
    description:
      'What removed volumes may take together while they wait in the trash. A volume that does not fit stays where it is.',
  },
  trashDays: {
    name: 'SEAWORTHY_TRASH_DAYS',
    schema: wholeNumber(0, 365),
    default: 7,
    description: 'How long a deleted app or a removed volume can be brought back with all of its data.',
  },
  execIdleMinutes: {
    name: 'SEAWORTHY_EXEC_IDLE_MINUTES',
    schema: z.coerce.number().min(0.01).max(1440),
    default: 15,
    description:
      'How long a command within an instance (seaworthy exec) may neither print nor be typed into.',
  },
  buildDeadlineMinutes: {
    name: 'SEAWORTHY_BUILD_DEADLINE_MINUTES',
    schema: z.coerce.number().min(0.01).max(1440),
    default: 10,
    description: 'Longest time for one build.',
  },
  buildDiskMb: {
    name: 'SEAWORTHY_BUILD_DISK_MB',
    schema: wholeNumber(16, 1_048_576),
    default: 10_240,
    description:
      'Disk that one build may take: on the host all of it together, with Docker what one step of the Dockerfile writes.',
  },
  sleepAfterMinutes: {
    name: 'SEAWORTHY_SLEEP_AFTER_MINUTES',
    schema: z.coerce.number().min(0).max(525_600),
    default: 15,
    description: 'Minutes without a request until an app sleeps, unless it says otherwise. 0: never.',
  },
  sleepLookSeconds: {
    name: 'SEAWORTHY_SLEEP_LOOK_SECONDS',
    schema: z.coerce.number().min(0.1).max(3600),
    default: 20,
    description: 'How often the platform looks for idle apps.',
  },
  watchSeconds: {
    name: 'SEAWORTHY_WATCH_SECONDS',
    schema: z.coerce.number().min(0).max(3600),
    default: 5,
    description:
      'How long real requests are watched after a deployment switched, unless the app says otherwise.',
  },
  maxSourceMb: {
    name: 'SEAWORTHY_MAX_SOURCE_MB',
    schema: wholeNumber(1, 1_000_000),
    default: 512,
    description: 'Largest unpacked source.',
  },
  trustedProxies: {
    name: 'SEAWORTHY_TRUSTED_PROXIES',
    schema: addressList(isAddressOrRange, 'must be addresses or ranges such as 10.0.0.0/8'),
    default: '',
    description:
      'Proxies in front of the dashboard whose X-Forwarded-For is believed: addresses and ranges, with commas.',
  },
  redisUrl: {
    name: 'SEAWORTHY_REDIS_URL',
    schema: z.url({ protocol: /^rediss?$/ }).optional(),
    secret: true,
    description: 'Redis, for the counts of requests. Without it: PostgreSQL, or memory with SQLite.',
  },
  anonymousRequestsPerMinute: {
    name: 'SEAWORTHY_ANONYMOUS_REQUESTS_PER_MINUTE',
    schema: wholeNumber(1, 1_000_000),
    default: RATE_LIMIT_DEFAULTS.anonymousRequestsPerMinute,
    description: 'API requests from one address without signing in.',
  },
  requestsPerMinute: {
    name: 'SEAWORTHY_REQUESTS_PER_MINUTE',
    schema: wholeNumber(1, 1_000_000),
    default: RATE_LIMIT_DEFAULTS.requestsPerMinute,
    description: 'API requests of one person or API token.',
  },
  uploadsPerMinute: {
    name: 'SEAWORTHY_UPLOADS_PER_MINUTE',
    schema: wholeNumber(1, 1_000_000),
    default: RATE_LIMIT_DEFAULTS.uploadsPerMinute,
    description: 'Uploads of one person.',
  },
  invitationsPerHour: {
    name: 'SEAWORTHY_INVITATIONS_PER_HOUR',
    schema: wholeNumber(1, 1_000_000),
    default: RATE_LIMIT_DEFAULTS.invitationsPerHour,
    description: 'Invitations that one person makes or answers.',
  },
  instanceLimits: {
    name: 'SEAWORTHY_INSTANCE_LIMITS',
    schema: parsedText(parseInstanceLimits),
    default: 'memoryMb=512,processes=256,openFiles=8192,diskMb=1024',
    description:
      'What an instance may take unless its app says otherwise: memoryMb, cpus, processes, openFiles, diskMb (see docs/guides/limits.md). What is not named is not limited.',
  },
  teamQuotas: {
    name: 'SEAWORTHY_TEAM_QUOTAS',
    schema: quotaText,
    default: '',
    description:
      'What a team may use unless an administrator sets something else: apps=10,memoryMb=4096 (see docs/reference/limits.md). What is not named is unlimited.',
  },
  personQuotas: {
    name: 'SEAWORTHY_PERSON_QUOTAS',
    schema: quotaText,
    default: '',
    description: 'The same for a person: apps=5,apiRequestsPerDay=100000.',
  },
  gitAllowLocal: {
    name: 'SEAWORTHY_GIT_ALLOW_LOCAL',
    schema: z.stringbool(),
    default: false,
    description:
      'Whether git URLs may name addresses of this machine or its local network, and begin with http://.',
  },
  logMaxMb: {
    name: 'SEAWORTHY_LOG_MAX_MB',
    schema: wholeNumber(1, 1_000_000),
    default: 1024,
    description: 'Log lines that are kept for each app.',
  },
  logMaxDays: {
    name: 'SEAWORTHY_LOG_MAX_DAYS',
    schema: wholeNumber(1, 3650),
    default: 30,
    description: 'How long log lines are kept.',
  },
  requestLogSample: {
    name: 'SEAWORTHY_REQUEST_LOG_SAMPLE',
    schema: z.coerce.number().min(0).max(1),
    default: 1,
    description:
      'Which requests to apps are written to the request log. 1: all; 0.1: every tenth, and each that failed; 0: none.',
  },
  requestLogAddresses: {
    name: 'SEAWORTHY_REQUEST_LOG_ADDRESSES',
    schema: z.enum(['whole', 'short', 'none']),
    default: 'whole',
    description: 'How much of client addresses the request log keeps. short: the network only.',
  },
  requestLogQueries: {
    name: 'SEAWORTHY_REQUEST_LOG_QUERIES',
    schema: z.stringbool(),
    default: true,
    description: 'Whether the request log keeps query strings. Values with secret names are never kept.',
  },
  requestLogMaxDays: {
    name: 'SEAWORTHY_REQUEST_LOG_MAX_DAYS',
    schema: wholeNumber(1, 3650),
    default: 14,
    description: 'How long lines of the request log are kept.',
  },
  requestLogMaxMb: {
    name: 'SEAWORTHY_REQUEST_LOG_MAX_MB',
    schema: wholeNumber(1, 1_000_000),
    default: 64,
    description: 'Lines of the request log that are kept for each app.',
  },
  visits: {
    name: 'SEAWORTHY_VISITS',
    schema: z.stringbool(),
    default: true,
    description: 'Whether visits are counted, without cookies, unless an app says otherwise.',
  },
  geoipFile: {
    name: 'SEAWORTHY_GEOIP_FILE',
    schema: z.string().optional(),
    description:
      'A database of addresses in the MaxMind format (.mmdb): visits are then also counted by country. Read when the edge starts.',
  },
  figuresLookSeconds: {
    name: 'SEAWORTHY_FIGURES_LOOK_SECONDS',
    schema: z.coerce.number().min(0.1).max(60),
    default: 10,
    description: 'How often the edge is asked what it counted.',
  },
  edgeWorkers: {
    name: 'SEAWORTHY_EDGE_WORKERS',
    schema: wholeNumber(0, 64),
    default: 0,
    description: 'Worker threads of the edge. 0: one for each core.',
  },
  edgeConnectionsPerAddress: {
    name: 'SEAWORTHY_EDGE_CONNECTIONS_PER_ADDRESS',
    schema: wholeNumber(0, 1_000_000),
    default: 2_000,
    description:
      'Open connections that the edge takes of one client address (of an IPv6 client: its /64); one too many is reset. Raise it behind a proxy, whose clients all have its address. 0: no bound.',
  },
  edgeMinBodyBytesPerSecond: {
    name: 'SEAWORTHY_EDGE_MIN_BODY_BYTES_PER_SECOND',
    schema: wholeNumber(0, 1_000_000),
    default: 100,
    description:
      'How fast the body of a request must come, over any ten seconds in which the edge waits for it and the app has not answered yet; a slower one is answered with 408. gRPC is left alone. 0: no bound.',
  },
  edgeRedisUrl: {
    name: 'SEAWORTHY_EDGE_REDIS_URL',
    schema: z.url({ protocol: /^rediss?$/ }).optional(),
    secret: true,
    description:
      'Redis or Valkey in which several edges count requests a minute together. While it is away each counts for itself.',
  },
  edgeTlsMinVersion: {
    name: 'SEAWORTHY_EDGE_TLS_MIN_VERSION',
    schema: z.enum(['1.2', '1.3']),
    default: '1.2',
    description: 'The oldest version of TLS that the edge speaks.',
  },
  logLevel: {
    name: 'SEAWORTHY_LOG_LEVEL',
    schema: z.enum(['debug', 'info', 'warn', 'error']),
    default: 'info',
    description: "How much the platform's own log tells.",
  },
})

export type ControlPlaneConfig = Config<typeof settings>

/** @throws {ConfigError} naming every setting that is missing, malformed or weak */
export function readConfig(env: NodeJS.ProcessEnv): ControlPlaneConfig {
  const config = loadConfig(settings, env)
  requireSender(config)
  requirePublicUrl(config)
  return { ...config, home: withoutTilde(config.home) }
}

/** The links in mails to others would lead each reader to their own machine. */
function requirePublicUrl({ smtpUrl, dashboardUrl }: ControlPlaneConfig): void {
  if (smtpUrl === undefined || dashboardUrl !== undefined || isLoopback(parseSmtpUrl(smtpUrl).host)) return
  const message = `is missing, and mails with links to it would be sent. Set it: ${settings.dashboardUrl.description}`
  throw new ConfigError([{ path: settings.dashboardUrl.name, message }])
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { pathname, search, hash, username } = new URL(text)
  return pathname === '/' && search === '' && hash === '' && username === ''
}

function isReadBy(parse: (text: string) => unknown): (text: string) => boolean {
  return text => {
    try {
      parse(text)
      return true
    } catch {
      return false
    }
  }
}

function requireSender({ smtpUrl, mailFrom }: ControlPlaneConfig): void {
  if (smtpUrl === undefined || mailFrom !== undefined) return
  const message = `is missing, and SEAWORTHY_SMTP_URL is set. Set it: ${settings.mailFrom.description}`
  throw new ConfigError([{ path: settings.mailFrom.name, message }])
}

function isAddressAndPort(text: string): boolean {
  const [, address = text, port] =
    /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text)?.filter(part => part !== undefined) ?? []
  return isIP(address) !== 0 && (port === undefined || Number(port) <= 65_535)
}

function isAddressOrRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

function withoutTilde(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path
}
