import { whyMayNot } from '@seaworthy/api/can'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Lock, Search } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import { type App, queries } from '../api/queries.ts'
import { useCurrentApp } from '../app/current-app.ts'
import { Card } from '../components/card.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { Field, Select, TextInput } from '../components/field.tsx'
import { Breadcrumbs } from '../files/breadcrumbs.tsx'
import { FilePage } from '../files/file-page.tsx'
import { type FilesOf, fileQueries } from '../files/file-queries.ts'
import type { FileSearch } from '../files/file-search.ts'
import { FolderList } from '../files/folder-list.tsx'
import { inertLine } from '../text/inert.ts'
import { fileSize } from '../text/sizes.ts'
import { fileWords } from '../words/en/files.ts'

const route = getRouteApi('/inside/apps/$slug/files')

/** The files of a release or a volume, to look at and to download. */
export function AppFiles() {
  const app = useCurrentApp()
  const search = route.useSearch()
  const reason = whyMayNot(app, 'app:files')
  if (reason !== undefined)
    return (
      <EmptyState icon={<Lock aria-hidden />} title={fileWords.mayNot}>
        {reason}
      </EmptyState>
    )
  const of = filesOf(app, search)
  if (!of) return <EmptyState title={fileWords.title}>{fileWords.noRelease}</EmptyState>
  return <Files app={app} of={of} search={search} />
}

function filesOf({ slug, currentRelease }: App, { release, volume }: FileSearch): FilesOf | undefined {
  if (volume !== undefined) return { slug, volume }
  const version = release ?? currentRelease?.version
  return version === undefined ? undefined : { slug, version }
}

function Files({ app, of, search }: { app: App; of: FilesOf; search: FileSearch }) {
  const { path = '', view } = search
  const [typed, setTyped] = useState({ path, text: '' })
  const text = typed.path === path ? typed.text : ''
  const wanted = useDeferredValue(text.trim())
  return (
    <Card title={fileWords.title} about={'volume' in of ? fileWords.volumeAbout : fileWords.about} flush>
      <div className="grid gap-3 px-5 py-3 sm:grid-cols-[minmax(0,22rem)_minmax(0,1fr)] sm:items-end">
        <SourceChoice app={app} of={of} />
        {!view && (
          <div className="relative">
            <Search aria-hidden className="pointer-events-none absolute top-2.5 left-3 size-4 text-soft" />
            <TextInput
              type="search"
              aria-label={fileWords.search}
              placeholder={fileWords.search}
              className="pl-9"
              maxLength={255}
              value={text}
              onChange={event => setTyped({ path, text: event.target.value })}
            />
          </div>
        )}
      </div>
      <div className="border-y border-line px-5 py-2.5">
        <Breadcrumbs slug={of.slug} path={path} />
      </div>
      {view ? <FilePage of={of} path={path} /> : <FolderList of={of} path={path} search={wanted} />}
    </Card>
  )
}

function SourceChoice({ app, of }: { app: App; of: FilesOf }) {
  const navigate = route.useNavigate()
  const { data: releases } = useInfiniteQuery(queries.releases(app.slug))
  const { data: volumes = [] } = useQuery(fileQueries.volumes(app.slug))
  const current = app.currentRelease?.version
  const listed = releases?.pages.flatMap(({ data }) => data.map(({ version }) => version)) ?? []
  const versions = [...new Set([...('version' in of ? [of.version] : []), ...listed])].sort((a, b) => b - a)
  const choose = (value: string) => {
    const name = value.slice(1)
    void navigate({ search: value.startsWith('v') ? { release: Number(name) } : { volume: name } })
  }
  return (
    <Field label={fileWords.of}>
      {control => (
        <Select
          {...control}
          value={'volume' in of ? `/${of.volume}` : `v${of.version}`}
          onChange={event => choose(event.target.value)}
        >
          <optgroup label={fileWords.releases}>
            {versions.map(version => (
              <option key={version} value={`v${version}`}>
                {fileWords.release(version, version === current)}
              </option>
            ))}
          </optgroup>
          {volumes.length > 0 && (
            <optgroup label={fileWords.volumes}>
              {volumes.map(({ name, sizeBytes }) => (
                <option key={name} value={`/${name}`}>
                  {fileWords.volume(inertLine(name), fileSize(sizeBytes))}
                </option>
              ))}
            </optgroup>
          )}
        </Select>
      )}
    </Field>
  )
}
