/** Files of releases and volumes: looked at and downloaded, never changed. */
import { z } from 'zod'
import { appParamsSchema } from './app.ts'
import { listQuery } from './paging.ts'

/** As Linux has it for a whole path (PATH_MAX). */
const MAX_PATH_LENGTH = 4096

/** Below the root of the release or volume: `` for the root, `src/server.js`. */
const pathSchema = z
  .string()
  .max(MAX_PATH_LENGTH)
  .regex(/^(?!\/)[^\0]*$/, 'must begin at the root of the files, without a slash before it')
  .refine(isPlainPath, 'must not hold `.`, `..` or empty parts')
  .meta({ description: 'Below the root of the files, such as `src/server.js`; the root when missing.' })

function isPlainPath(path: string): boolean {
  return path === '' || path.split('/').every(part => part !== '' && part !== '.' && part !== '..')
}

export const folderQuerySchema = listQuery(['name'], {
  path: pathSchema.optional(),
  search: z.string().min(1).max(255).optional().meta({ description: 'Only names with this text in them.' }),
})
export const fileQuerySchema = z.strictObject({ path: pathSchema.min(1) })

export const volumeParamsSchema = z.strictObject({
  ...appParamsSchema.shape,
  volume: z
    .string()
    .max(255)
    .regex(/^(?!\.{1,2}$)[^/\0]+$/, 'must be the name of a volume')
    .meta({ description: 'As `volumes.list` names it.' }),
})
export const fileEntrySchema = z
  .strictObject({
    name: z.string(),
    kind: z.enum(['folder', 'file', 'link', 'other']).meta({
      description: '`other`: a pipe, a socket or a device, which is never opened.',
    }),
    sizeBytes: z.int().nullable().meta({ description: 'Of a file.' }),
    modifiedAt: z.iso.datetime().nullable(),
    executable: z.boolean(),
    target: z
      .string()
      .nullable()
      .meta({ description: 'Where a link points, as it says itself. It is never followed.' }),
  })
  .meta({ id: 'FileEntry' })

export const fileViewSchema = z
  .strictObject({
    ...fileEntrySchema.shape,
    path: z.string(),
    preview: z.enum(['text', 'image', 'binary', 'too-large', 'none']).meta({
      description:
        'What can be shown: `text` (UTF-8 of at most 1 MiB), an `image` of a safe kind, or nothing of a binary file, of one that is too large, and of what is no file.',
    }),
    text: z.string().nullable(),
  })
  .meta({ id: 'FileView' })

export type FileEntry = z.output<typeof fileEntrySchema>
export type FileView = z.output<typeof fileViewSchema>
export type FolderQuery = z.output<typeof folderQuerySchema>
