import { useQuery } from '@tanstack/react-query'
import { Link, Navigate } from '@tanstack/react-router'
import { Download } from 'lucide-react'
import { buttonLook } from '../components/button.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { ErrorView } from '../components/error-view.tsx'
import { Name } from '../components/name.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { Time } from '../components/time.tsx'
import { inertLine } from '../text/inert.ts'
import { fileSize } from '../text/sizes.ts'
import { fileWords } from '../words/en/files.ts'
import { CodeLines, linesOf } from './code-lines.tsx'
import { contentUrl, type FilesOf, type FileView, fileQueries } from './file-queries.ts'
import { linkTarget } from './file-search.ts'

/** One file: its text, its picture, or what it is instead. */
export function FilePage({ of, path }: { of: FilesOf; path: string }) {
  const { data: file, error, refetch } = useQuery(fileQueries.file(of, path))
  if (error) return <ErrorView error={error} onRetry={() => void refetch()} />
  if (!file) return <RowsSkeleton />
  // A link may lead to a folder: only a look at it tells.
  if (file.kind === 'folder') {
    const search = (old: object) => ({ ...old, path, view: undefined })
    return <Navigate to="/apps/$slug/files" params={{ slug: of.slug }} search={search} replace />
  }
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-5 py-2.5">
        <p className="flex min-w-0 flex-1 basis-60 flex-wrap gap-x-3 text-sm text-soft">
          <Facts file={file} />
        </p>
        {file.kind === 'file' && (
          <a href={contentUrl(of, path)} download className={buttonLook('plain', 'small')}>
            <Download aria-hidden className="size-4" />
            {fileWords.download}
          </a>
        )}
      </div>
      <Content of={of} file={file} />
    </>
  )
}

function Facts({ file: { sizeBytes, modifiedAt, executable, preview, text } }: { file: FileView }) {
  return (
    <>
      {sizeBytes !== null && <span>{fileSize(sizeBytes)}</span>}
      {preview === 'text' && <span>{fileWords.lines(linesOf(text!).length)}</span>}
      {executable && <span>{fileWords.executable}</span>}
      {modifiedAt !== null && (
        <span>
          {fileWords.columns.modified} <Time at={modifiedAt} />
        </span>
      )}
    </>
  )
}

function Content({ of, file }: { of: FilesOf; file: FileView }) {
  const { kind, preview, text, path, name } = file
  if (kind === 'link') return <LinkContent of={of} file={file} />
  if (kind !== 'file') return <EmptyState title={fileWords.kinds[kind]}>{fileWords.otherAbout}</EmptyState>
  if (preview === 'image') {
    return (
      <div className="grid place-items-center bg-sunken p-6">
        <img
          src={contentUrl(of, path)}
          alt={fileWords.image(inertLine(name))}
          className="max-h-[60dvh] max-w-full"
        />
      </div>
    )
  }
  if (text === '') return <EmptyState title={fileWords.emptyFile} />
  if (text !== null) return <CodeLines text={text} />
  return (
    <EmptyState title={fileSize(file.sizeBytes ?? 0)}>
      {preview === 'too-large' ? fileWords.tooLarge : fileWords.binary}
    </EmptyState>
  )
}

function LinkContent({ of, file: { path, target } }: { of: FilesOf; file: FileView }) {
  const inside = linkTarget(path, target)
  return (
    <EmptyState title={fileWords.kinds.link}>
      <p>{fileWords.linkAbout}</p>
      <p className="my-3 font-mono text-sm text-ink">
        <Name>{target ?? ''}</Name>
      </p>
      {inside === undefined ? (
        <p>{fileWords.linkOutside}</p>
      ) : (
        <Link
          to="/apps/$slug/files"
          params={{ slug: of.slug }}
          search={old => ({ ...old, path: inside || undefined, view: inside ? true : undefined })}
          className={buttonLook('plain', 'small')}
        >
          {fileWords.linkGo}
        </Link>
      )}
    </EmptyState>
  )
}
