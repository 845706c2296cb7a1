import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CornerUpRight, File, FileQuestion, Folder } from 'lucide-react'
import { Button } from '../components/button.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { ErrorView } from '../components/error-view.tsx'
import { Name } from '../components/name.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { Time } from '../components/time.tsx'
import { fileSize } from '../text/sizes.ts'
import { fileWords } from '../words/en/files.ts'
import { words } from '../words/en.ts'
import { type FileEntry, type FilesOf, fileQueries } from './file-queries.ts'
import { joinPath } from './file-search.ts'

const ICONS = { folder: Folder, file: File, link: CornerUpRight, other: FileQuestion }
const GRID = 'md:grid md:grid-cols-[minmax(0,1fr)_7rem_9rem] md:items-center md:gap-4'

/** One folder: folders first, then by name, as many as one asks for. */
export function FolderList({ of, path, search }: { of: FilesOf; path: string; search: string }) {
  const folder = useInfiniteQuery(fileQueries.folder(of, path, search))
  if (folder.error) return <ErrorView error={folder.error} onRetry={() => void folder.refetch()} />
  if (!folder.data) return <RowsSkeleton />
  const entries = folder.data.pages.flatMap(({ data }) => data)
  const { total } = folder.data.pages[0]!.pagination
  if (total === 0) return <Nothing of={of} path={path} search={search} />
  return (
    <>
      <Head />
      <ul aria-label={fileWords.title} className="divide-y divide-line">
        {entries.map(entry => (
          <Row key={entry.name} entry={entry} of={of} path={joinPath(path, entry.name)} />
        ))}
      </ul>
      <div className="flex items-center gap-3 border-t border-line px-5 py-2.5 text-sm text-soft">
        <span role="status" className="flex-1 tabular-nums">
          {fileWords.count(entries.length, total)}
        </span>
        {folder.hasNextPage && (
          <Button
            size="small"
            look="quiet"
            busy={folder.isFetchingNextPage}
            onClick={() => void folder.fetchNextPage()}
          >
            {words.more}
          </Button>
        )}
      </div>
    </>
  )
}

function Head() {
  const { name, size, modified } = fileWords.columns
  return (
    <div
      aria-hidden
      className={`hidden border-b border-line px-5 py-2.5 text-xs font-medium text-soft ${GRID}`}
    >
      <span>{name}</span>
      <span className="text-right">{size}</span>
      <span className="text-right">{modified}</span>
    </div>
  )
}

function Row({ entry, of, path }: { entry: FileEntry; of: FilesOf; path: string }) {
  const { name, kind, sizeBytes, modifiedAt } = entry
  const Icon = ICONS[kind]
  return (
    <li className={`relative px-5 py-2 hover:bg-canvas ${GRID}`}>
      <Link
        to="/apps/$slug/files"
        params={{ slug: of.slug }}
        search={old => ({ ...old, path, view: kind === 'folder' ? undefined : true })}
        className="flex min-w-0 items-center gap-2.5 after:absolute after:inset-0 after:content-['']"
      >
        <Icon
          role="img"
          aria-label={fileWords.kinds[kind]}
          className={`size-4 shrink-0 ${kind === 'folder' ? 'text-accent' : 'text-soft'}`}
        />
        <Name className="truncate font-mono text-sm">{name}</Name>
        {kind === 'link' && <LinkMark target={entry.target} />}
      </Link>
      <span className="flex gap-3 pl-6.5 text-sm text-soft md:contents">
        <span className="tabular-nums max-md:empty:hidden md:text-right md:text-sm">
          {sizeBytes !== null && fileSize(sizeBytes)}
        </span>
        <span className="relative md:text-right md:text-sm">
          {modifiedAt !== null && <Time at={modifiedAt} />}
        </span>
      </span>
    </li>
  )
}

function LinkMark({ target }: { target: string | null }) {
  return (
    <span className="min-w-0 truncate text-sm text-soft">
      → <Name>{(target ?? '').slice(0, 200)}</Name>
    </span>
  )
}

function Nothing({ of, path, search }: { of: FilesOf; path: string; search: string }) {
  if (search !== '') return <EmptyState title={fileWords.empty}>{fileWords.nothingFound}</EmptyState>
  return (
    <EmptyState title={fileWords.empty}>
      {'volume' in of && path === '' ? fileWords.emptyVolume : undefined}
    </EmptyState>
  )
}
