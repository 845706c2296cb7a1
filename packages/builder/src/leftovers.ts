/**
 * Something that builds left and that nothing needs any more: installed dependencies (`cache`), a layer that makes the
 * next build fast (`image-layer`), or an image that was pulled for a Dockerfile (`base-image`).
 */
export interface Leftover {
  kind: 'cache' | 'image-layer' | 'base-image'
  name: string
  /** Of the app that it belongs to alone. */
  appId?: string
  bytes: number
}
