import { request } from 'node:http'
import type { CanaryPlan, Deployment, DeploymentEvent, DeploymentState } from '@seaworthy/api'
import { type ApiClient, createClient } from '@seaworthy/api/client'
import { packFolder } from '@seaworthy/source/pack'
import { waitFor } from './wait-for.ts'

export interface Answer {
  status: number
  body: string
  headers: Record<string, string | string[] | undefined>
}

export interface DeployOutcome {
  deployment: Deployment
  events: DeploymentEvent[]
  /** What the deployment's log said, line by line. */
  lines: string[]
}

export const ENDED_STATES: readonly DeploymentState[] = ['succeeded', 'failed', 'cancelled']

/** What tests ask of a running platform, wherever its control plane runs: the API over its socket, apps through its edge. */
export class PlatformClient {
  readonly httpPort: number
  readonly api: ApiClient

  constructor({ socketPath, httpPort }: { socketPath: string; httpPort: number }) {
    this.httpPort = httpPort
    this.api = createClient({ socketPath })
  }

  /** Deploys a folder as the command line does, and waits for the end. Creates the app when it is new. */
  async deploy(slug: string, folder: string): Promise<DeployOutcome> {
    return this.follow(slug, await this.push(slug, folder))
  }

  /** Uploads a folder and resolves as soon as the deployment is queued. */
  async push(
    slug: string,
    folder: string,
    options: { scheduledAt?: string; canary?: CanaryPlan } = {},
  ): Promise<Deployment> {
    await this.ensureApp(slug)
    const { stream } = await packFolder(folder)
    return this.api.upload({ slug, stream, filename: 'app.tar.gz', ...options })
  }

  async ensureApp(slug: string): Promise<void> {
    await this.api.call('apps.create', { body: { slug } }).catch(error => {
      if (error.status !== 409) throw error
    })
  }

  async follow(slug: string, { number }: { number: number }): Promise<DeployOutcome> {
    const events: DeploymentEvent[] = []
    for await (const event of this.api.stream('deployments.events', { params: { slug, number } }))
      events.push(event)
    const deployment = await this.api.call('deployments.get', { params: { slug, number } })
    const lines = events.flatMap(event => (event.type === 'log' ? [event.text] : []))
    return { deployment, events, lines }
  }

  /** Resolves with the deployment once it is in one of these states; asks, and so works over a restart too. */
  async untilState(slug: string, number: number, states: readonly DeploymentState[]): Promise<Deployment> {
    return waitFor(
      async () => {
        const deployment = await this.api.call('deployments.get', { params: { slug, number } })
        return states.includes(deployment.state) ? deployment : undefined
      },
      { timeoutMs: 60_000, what: `deployment ${number} of ${slug} to be ${states.join(' or ')}` },
    )
  }

  /** One request to an app through the edge, on a connection of its own. */
  request(
    slug: string,
    path = '/',
    options: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port: this.httpPort,
          path,
          method: options.method ?? 'GET',
          headers: { host: `${slug}.localhost`, ...options.headers },
          agent: false,
        },
        response => {
          let body = ''
          response.setEncoding('utf8')
          response.on('data', chunk => {
            body += chunk
          })
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body, headers: response.headers }),
          )
          response.on('error', reject)
        },
      )
      asked.on('error', reject)
      asked.end(options.body)
    })
  }

  /** Instances that run now, by process name. */
  async running(slug: string): Promise<string[]> {
    const instances = await this.api.call('instances.list', { params: { slug } })
    return instances.filter(instance => instance.stoppedAt === null).map(instance => instance.process)
  }

  /** Event types of an app, newest first. */
  async eventTypes(slug: string): Promise<string[]> {
    const events = await this.api.call('events.app', { params: { slug } })
    return events.map(event => event.type)
  }

  close(): void {
    this.api.close()
  }
}
