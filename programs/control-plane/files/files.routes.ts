import { stat } from 'node:fs/promises'
import type { FolderQuery } from '@seaworthy/api'
import type { ArtifactStore } from '@seaworthy/artifacts'
import type { Call, Implementations, PageRequest } from '../http/endpoint-implementation.ts'
import { releaseErrors } from '../releases/errors.ts'
import { imageOf } from '../releases/release-image.ts'
import type { Releases } from '../releases/releases.ts'
import type { Volumes } from '../volumes/volumes.ts'
import { fileErrors } from './errors.ts'
import type { Place } from './inside-folder.ts'
import { listFolder } from './list-folder.ts'
import { downloadOf, viewFile } from './view-file.ts'

export interface FilesRoutesOptions {
  releases: Releases
  artifacts: Pick<ArtifactStore, 'open'>
  volumes: Pick<Volumes, 'directoryOf'>
}

type InRelease = Call<'releases.files'> | Call<'releases.file'> | Call<'releases.downloadFile'>
type InVolume = Call<'volumes.files'> | Call<'volumes.file'> | Call<'volumes.downloadFile'>

/** What is read of a volume, and each download, is in the audit log: a volume is what people gave to the app. */
export function filesRoutes(options: FilesRoutesOptions): Implementations {
  const inRelease = (call: InRelease) => placeInRelease(options, call)
  const inVolume = (call: InVolume) => placeInVolume(options, call)
  return {
    'releases.files': { page: async (call, page) => list(await inRelease(call), call.query, page) },
    'releases.file': { answer: async call => viewFile(await inRelease(call)) },
    'releases.downloadFile': {
      async download(call) {
        const file = await downloadOf(await inRelease(call))
        call.audit({ after: { release: call.params.version, file: auditedPath(call.query.path) } })
        return file
      },
    },
    'volumes.files': {
      async page(call, page) {
        const place = await inVolume(call)
        // A volume that no instance has mounted yet has no folder.
        if (place.path === '' && !(await isThere(place.root))) return { items: [], total: 0 }
        return list(place, call.query, page)
      },
    },
    'volumes.file': {
      async answer(call) {
        const view = await viewFile(await inVolume(call))
        if (view.text !== null) call.audit({ after: auditedVolume(call) })
        return view
      },
    },
    'volumes.downloadFile': {
      async download(call) {
        const file = await downloadOf(await inVolume(call))
        call.audit({ after: auditedVolume(call) })
        return file
      },
    },
  }
}

async function placeInRelease(
  { releases, artifacts }: FilesRoutesOptions,
  { app, params: { slug, version }, query }: InRelease,
): Promise<Place> {
  const release = await releases.get(app.id, version)
  if (!release) throw releaseErrors.release_not_found({ slug, version })
  if (imageOf(release)) throw fileErrors.release_is_image({ slug, version })
  const artifact = await artifacts.open(release.artifact_digest)
  if (!artifact) throw fileErrors.release_files_gone({ slug, version })
  return { root: artifact.path, path: query.path ?? '', where: `release v${version} of ${slug}` }
}

async function placeInVolume(
  { volumes }: FilesRoutesOptions,
  { app, params: { slug, volume }, query }: InVolume,
): Promise<Place> {
  const root = await volumes.directoryOf(app, volume)
  if (root === undefined) throw fileErrors.volume_not_found({ slug, volume })
  return { root, path: query.path ?? '', where: `volume ${volume} of ${slug}` }
}

function list(place: Place, { order = 'asc', search }: FolderQuery, { page, limit }: PageRequest) {
  return listFolder(place, { page, limit, order, search })
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function auditedVolume({
  params: { volume },
  query: { path },
}: Call<'volumes.file' | 'volumes.downloadFile'>) {
  return { volume, file: auditedPath(path) }
}

/** Long enough to know it again. */
function auditedPath(path: string): string {
  return path.length > 500 ? `…${path.slice(-500)}` : path
}
