import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useLayoutEffect, useRef, useState } from 'react'
import type { App } from '../api/queries.ts'
import { words } from '../words/en.ts'
import type { FiguresBySlug } from './app-list.ts'
import { AppRow } from './app-table.tsx'
import type { ListSelection } from './use-selection.ts'

const ROW_PX = 68

interface LongListProps {
  apps: readonly App[]
  figures: FiguresBySlug | undefined
  selection?: ListSelection | undefined
}

/** Hundreds of apps, of which only those in view are drawn. Loaded when there are so many. */
export default function LongList({ apps, figures, selection }: LongListProps) {
  const list = useRef<HTMLUListElement>(null)
  const [top, setTop] = useState(0)
  useLayoutEffect(() => setTop(list.current?.offsetTop ?? 0), [])
  const rows = useWindowVirtualizer({
    count: apps.length,
    estimateSize: () => ROW_PX,
    overscan: 12,
    scrollMargin: top,
    getItemKey: index => apps[index]!.id,
  })
  return (
    <ul ref={list} aria-label={words.apps.title} className="relative" style={{ height: rows.getTotalSize() }}>
      {rows.getVirtualItems().map(({ key, index, start }) => (
        <li
          key={key}
          data-index={index}
          ref={rows.measureElement}
          aria-setsize={apps.length}
          aria-posinset={index + 1}
          className="absolute inset-x-0 top-0 border-t border-line"
          style={{ transform: `translateY(${start - top}px)` }}
        >
          <AppRow
            app={apps[index]!}
            figures={figures?.get(apps[index]!.slug)}
            onChoose={selection?.choose}
            chosen={selection?.chosen.has(apps[index]!.slug)}
          />
        </li>
      ))}
    </ul>
  )
}
