import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { noteFailure } from '../api/client.ts'
import { keys } from '../api/queries.ts'
import { terminalWords } from '../words/en/terminal.ts'
import { type ExecEnd, ExecSession, type ExecTarget } from './exec-session.ts'
import { codeOfKey, type SpecialKey, withControl } from './key-codes.ts'
import { KeyRow } from './key-row.tsx'
import { Screen } from './screen.ts'
import { keepPreferences, readPreferences } from './terminal-preferences.ts'
import { TerminalTools } from './terminal-tools.tsx'

export interface TerminalPanelProps {
  target: ExecTarget
  /** What is said about it, above the screen. */
  status: ReactNode
  onStarted(started: { instance: string; process: string }): void
  onEnd(end: ExecEnd): void
}

interface Parts {
  screen: Screen
  session: ExecSession
}

/** A terminal into an instance, for as long as it is on the page. A default export, since it is loaded lazily. */
export default function TerminalPanel({ target, status, onStarted, onEnd }: TerminalPanelProps) {
  const panel = useRef<HTMLDivElement>(null)
  const host = useRef<HTMLDivElement>(null)
  const tools = useRef<HTMLDivElement>(null)
  const hint = useId()
  const control = useRef(false)
  const [preferences, setPreferences] = useState(readPreferences)
  const [isControl, setControl] = useState(false)
  const [hasSelection, setHasSelection] = useState(false)
  const [isOpen, setOpen] = useState(true)
  control.current = isControl
  const refresh = useRefreshOfRights(target.slug)
  const parts = useParts(host, () => {
    const screen = new Screen({
      ...{ host: host.current!, ...preferences, describedBy: hint, onSelect: setHasSelection },
      onType: text => {
        parts.current?.session.type(control.current ? withControl(text) : text)
        setControl(false)
      },
      onBytes: bytes => parts.current?.session.send(bytes),
      onResize: size => parts.current?.session.resize(size),
      onLeave: () => tools.current?.querySelector('button')?.focus(),
    })
    const session = new ExecSession({
      ...{ target, size: screen.size },
      reader: {
        onStarted(started) {
          session.resize(screen.size) // it may have changed while nobody listened yet
          onStarted(started)
        },
        onOutput: bytes => screen.write(bytes),
        onEnd(end) {
          screen.freeze()
          setOpen(false)
          refresh(end)
          onEnd(end)
        },
      },
    })
    screen.focus()
    panel.current?.scrollIntoView({ block: 'nearest' })
    return { screen, session }
  })
  useStayingWhile(isOpen)
  const set = (change: Partial<typeof preferences>) => {
    const changed = { ...preferences, ...change }
    setPreferences(changed)
    keepPreferences(changed)
    Object.assign(parts.current!.screen, change)
  }
  const press = (key: SpecialKey) => {
    const { screen, session } = parts.current!
    session.type(codeOfKey(key, screen.hasApplicationCursor))
  }
  return (
    <div ref={panel} className="flex flex-col border-t border-line bg-surface">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-4 py-1.5">
        <div role="status" className="min-w-0 flex-1 basis-60 text-sm">
          {status}
        </div>
        <TerminalTools
          ref={tools}
          preferences={preferences}
          onChange={set}
          selection={hasSelection ? () => parts.current!.screen.selection : undefined}
          onPaste={isOpen ? text => parts.current!.screen.paste(text) : undefined}
          onDone={() => parts.current?.screen.focus()}
          panel={panel}
        />
      </div>
      <div className="p-2 [:fullscreen>&]:min-h-0 [:fullscreen>&]:flex-1">
        <section
          ref={host}
          aria-label={terminalWords.screen}
          className="h-[calc(100dvh-34rem)] min-h-64 md:h-[calc(100dvh-28.5rem)] overflow-hidden font-mono [:fullscreen_&]:h-full"
        />
      </div>
      <KeyRow isControl={isControl} onControl={() => setControl(on => !on)} onPress={press} off={!isOpen} />
      <p id={hint} className="border-t border-line px-4 py-2 text-sm text-soft max-md:sr-only">
        {terminalWords.leave}
      </p>
    </div>
  )
}

/** Made once, and ended with the page. */
function useParts(host: React.RefObject<HTMLDivElement | null>, make: () => Parts) {
  const parts = useRef<Parts>(undefined)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another target is another panel
  useEffect(() => {
    if (!host.current) return
    const made = make()
    parts.current = made
    return () => {
      made.session.leave()
      made.screen.close()
    }
  }, [])
  return parts
}

/** Closing the tab, such as by Ctrl+W, would end what runs: the browser asks first. */
function useStayingWhile(isOpen: boolean): void {
  useEffect(() => {
    if (!isOpen) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [isOpen])
}

/** A terminal that ends for a lost right is the first to know: the page around it asks what is left. */
function useRefreshOfRights(slug: string): (end: ExecEnd) => void {
  const client = useQueryClient()
  return end => {
    if (end.kind === 'refused') noteFailure(end.error)
    if (end.kind === 'exit') return
    void client.invalidateQueries({ queryKey: keys.session })
    void client.invalidateQueries({ queryKey: keys.app(slug) })
  }
}
