import { lineOfPath } from './json-position.ts'
import { MANIFEST_FILE, type Manifest } from './manifest.ts'

export interface VolumesOfRootFacts {
  manifest: Pick<Manifest, 'volumes' | 'user'>
  /** The text of the manifest, to name the line. */
  text?: string
}

/**
 * Why an image of root does not get the volumes of its manifest, and what to do; undefined where it asks for none, or
 * says that it runs as another user. What root writes there is root's on the server too. Pure.
 */
export function volumesRefusedToRoot({ manifest, text }: VolumesOfRootFacts): string | undefined {
  const [name] = Object.keys(manifest.volumes ?? {})
  if (name === undefined || manifest.user === 'app') return undefined
  const line = text === undefined ? '' : `line ${lineOfVolume(text, name)} of `
  return (
    `root in a container is root on the server, so it gets no volume ("${name}", ${line}${MANIFEST_FILE}). ` +
    `Name a user in the image (USER 1000), or add "user": "app" to ${MANIFEST_FILE}: then it runs as the app's own ` +
    'user, whose the files of its volumes are.'
  )
}

function lineOfVolume(text: string, name: string): number {
  return lineOfPath(text.replace(/^\uFEFF/, ''), ['volumes', name])
}
