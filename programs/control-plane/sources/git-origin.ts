/**
 * Where code is fetched from, as it is kept: a token or password in the URL is a secret, so the whole URL is sealed
 * and what people may see is shown without it.
 */
import type { KeyRing } from '@seaworthy/kit'
import type { GitOrigin } from '@seaworthy/source'

export interface StoredGitOrigin extends GitOrigin {
  /** The URL with its credentials, sealed. Missing when it has none. */
  sealedUrl?: string
}

const PURPOSE = 'git-origin'

/** @param context where it is kept, for example the app's id: a sealed URL opens nowhere else */
export function sealGitOrigin(
  { url, ref, subdirectory }: GitOrigin,
  keyRing: KeyRing,
  context: string,
): StoredGitOrigin {
  const shown = withoutCredentials(url)
  const stored = { url: shown, ref, subdirectory }
  return shown === url ? stored : { ...stored, sealedUrl: keyRing.seal(url, { purpose: PURPOSE, context }) }
}

/** The origin as it was given. */
export function openGitOrigin(
  { url, ref, subdirectory, sealedUrl }: StoredGitOrigin,
  keyRing: KeyRing,
  context: string,
): GitOrigin {
  const opened = sealedUrl === undefined ? url : keyRing.open(sealedUrl, { purpose: PURPOSE, context })
  return { url: opened, ref, subdirectory }
}

/** `https://user:token@host/x` → `https://host/x` */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1')
}
