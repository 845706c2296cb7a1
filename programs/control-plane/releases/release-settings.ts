import type { AppRuntime, BuildResult, Manifest } from '@seaworthy/builder'
import { type TrafficSettings, trafficOf } from '@seaworthy/routes/settings'

/** What of a release is not its artifact or its env: how to run it, and how the edge treats it. Never edited. */
export interface ReleaseSettings extends TrafficSettings {
  /** Process name → command line. Empty for a static app. */
  processes: Record<string, string>
  /** Folder to serve, relative to the artifact. */
  static?: { root: string; spa: boolean }
  runtime: AppRuntime
  /** Of a release whose artifact is an image: where to pull it again, and the port that it listens on (EXPOSE). */
  image?: { source?: string; port?: number }
  /** Name → where instances find it. */
  volumes?: Record<string, string>
  /** How it was built; missing in releases of earlier platforms. */
  build?: Manifest['build']
  health: Manifest['health']
  resources: Manifest['resources']
  idle: Manifest['idle']
  deploy: Manifest['deploy']
}

/** The settings of a release made of this build. */
export function settingsOf(build: Omit<BuildResult, 'directory'>): ReleaseSettings {
  const { health, resources, idle, deploy, volumes = {} } = build.manifest
  const how = build.manifest.build
  return {
    processes: build.processes,
    ...(build.static ? { static: build.static } : {}),
    runtime: build.runtime,
    ...(build.image ? { image: { source: build.image.source, port: build.image.port } } : {}),
    ...(Object.keys(volumes).length > 0 ? { volumes } : {}),
    build: how,
    health,
    resources,
    idle,
    deploy,
    ...trafficOf(build.manifest),
  }
}
