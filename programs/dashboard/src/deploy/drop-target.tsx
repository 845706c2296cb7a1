import { UploadCloud } from 'lucide-react'
import { type DragEvent, type ReactNode, useRef, useState } from 'react'
import { words } from '../words/en.ts'
import { type Dropped, droppedFromDrag } from './dropped-files.ts'

interface DropTargetProps {
  onDrop(dropped: Dropped): void
  /** A page: what lies below its content counts as well. */
  whole?: boolean
  children: ReactNode
}

/** A place onto which a folder or an archive can be dropped. */
export function DropTarget({ onDrop, whole = false, children }: DropTargetProps) {
  const [over, setOver] = useState(false)
  // Moving over a child leaves its parent; only when as many were left as entered is the pointer gone.
  const depth = useRef(0)
  const move = (change: 1 | -1) => (event: DragEvent) => {
    if (!holdsFiles(event)) return
    depth.current += change
    setOver(depth.current > 0)
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    depth.current = 0
    setOver(false)
    void droppedFromDrag(event.dataTransfer).then(dropped => dropped && onDrop(dropped))
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the same can be done with the buttons
    <div
      onDragEnter={move(1)}
      onDragLeave={move(-1)}
      onDragOver={event => holdsFiles(event) && event.preventDefault()}
      onDrop={drop}
      className={whole ? 'min-h-[60dvh]' : ''}
    >
      {children}
      {over && (
        <div className="pointer-events-none fixed inset-3 z-40 grid place-items-center rounded-lg border-2 border-dashed border-accent bg-accent-soft/90 text-accent">
          <p className="flex items-center gap-3 text-xl font-semibold">
            <UploadCloud aria-hidden className="size-8" />
            {words.apps.dropHere}
          </p>
        </div>
      )}
    </div>
  )
}

function holdsFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer.types.includes('Files')
}
