import type { EndpointEntry } from '../endpoint-list.ts'

/** As much as a terminal shows, so it needs the same right. */
export type FileAction = 'app:files'

const RELEASE = '/api/v1/apps/{slug}/releases/{version}'
const VOLUME = '/api/v1/apps/{slug}/volumes/{volume}'

export const fileEndpoints = {
  'releases.files': {
    method: 'GET',
    path: `${RELEASE}/files`,
    action: 'app:files',
    tag: 'files',
    summary: 'List a folder of what a release runs, folders first',
  },
  'releases.file': {
    method: 'GET',
    path: `${RELEASE}/files/view`,
    action: 'app:files',
    tag: 'files',
    summary: 'Look at a file of a release: what it is, and its text where it is one',
  },
  'releases.downloadFile': {
    method: 'GET',
    path: `${RELEASE}/files/content`,
    action: 'app:files',
    tag: 'files',
    download: true,
    summary: 'Download a file of a release',
  },
  'volumes.files': {
    method: 'GET',
    path: `${VOLUME}/files`,
    action: 'app:files',
    tag: 'files',
    summary: 'List a folder of a volume, folders first',
  },
  'volumes.file': {
    method: 'GET',
    path: `${VOLUME}/files/view`,
    action: 'app:files',
    tag: 'files',
    summary: 'Look at a file of a volume: what it is, and its text where it is one',
  },
  'volumes.downloadFile': {
    method: 'GET',
    path: `${VOLUME}/files/content`,
    action: 'app:files',
    tag: 'files',
    download: true,
    summary: 'Download a file of a volume',
  },
} as const satisfies Record<string, EndpointEntry>
