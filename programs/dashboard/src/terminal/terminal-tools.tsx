import { AArrowDown, AArrowUp, ClipboardPaste, Copy, Maximize, Volume2 } from 'lucide-react'
import type { ReactNode, Ref, RefObject } from 'react'
import { Button } from '../components/button.tsx'
import { copyText } from '../components/copy-field.tsx'
import { Tooltip } from '../components/tooltip.tsx'
import { terminalWords as words } from '../words/en/terminal.ts'
import { FONT_SIZES, type TerminalPreferences } from './terminal-preferences.ts'

interface TerminalToolsProps {
  ref: Ref<HTMLDivElement>
  preferences: TerminalPreferences
  onChange(change: Partial<TerminalPreferences>): void
  /** Undefined while nothing is selected. */
  selection: (() => string) | undefined
  /** Undefined when nothing can be typed any more. */
  onPaste: ((text: string) => void) | undefined
  /** The terminal is to be typed into again. */
  onDone(): void
  /** What fills the screen. */
  panel: RefObject<HTMLElement | null>
}

export function TerminalTools(props: TerminalToolsProps) {
  const { ref, preferences, onChange, selection, onPaste, onDone, panel } = props
  const { fontSize, readAloud } = preferences
  const resize = (by: number) => () => onChange({ fontSize: fontSize + by })
  const copy = () => void copyText(selection?.() ?? '').then(onDone)
  const paste = () =>
    void navigator.clipboard
      .readText()
      .then(onPaste, () => undefined)
      .then(onDone)
  return (
    <div ref={ref} role="toolbar" aria-label={words.controls} className="flex gap-0.5">
      <Tool
        name={words.smaller}
        off={fontSize <= FONT_SIZES.least}
        onPress={resize(-1)}
        icon={<AArrowDown aria-hidden className="size-4" />}
      />
      <Tool
        name={words.larger}
        off={fontSize >= FONT_SIZES.most}
        onPress={resize(1)}
        icon={<AArrowUp aria-hidden className="size-4" />}
      />
      <Tool
        name={words.copy}
        off={!selection}
        onPress={copy}
        icon={<Copy aria-hidden className="size-4" />}
      />
      {/* Over plain HTTP a browser gives nothing of its clipboard away; its own paste works. */}
      {navigator.clipboard?.readText !== undefined && (
        <Tool
          name={words.paste}
          off={!onPaste}
          onPress={paste}
          icon={<ClipboardPaste aria-hidden className="size-4" />}
        />
      )}
      <Tool
        name={words.readAloud}
        pressed={readAloud}
        onPress={() => onChange({ readAloud: !readAloud })}
        icon={<Volume2 aria-hidden className="size-4" />}
      />
      {document.fullscreenEnabled && (
        <Tool
          name={words.wholeScreen}
          onPress={() => void toggleWholeScreen(panel.current).then(onDone)}
          icon={<Maximize aria-hidden className="size-4" />}
        />
      )}
    </div>
  )
}

interface ToolProps {
  name: string
  icon: ReactNode
  off?: boolean
  pressed?: boolean
  onPress(): void
}

function Tool({ name, icon, off = false, pressed, onPress }: ToolProps) {
  return (
    <Tooltip text={name}>
      <Button
        look="quiet"
        size="small"
        icon={icon}
        aria-label={name}
        aria-pressed={pressed}
        aria-disabled={off || undefined}
        className={off ? 'opacity-55' : pressed ? 'bg-accent-soft text-accent' : undefined}
        onClick={() => !off && onPress()}
      />
    </Tooltip>
  )
}

/** There a browser gives even its own shortcuts to the page, where it knows how (Keyboard Lock). */
async function toggleWholeScreen(panel: HTMLElement | null): Promise<void> {
  if (document.fullscreenElement) return document.exitFullscreen()
  await panel?.requestFullscreen()
  const { keyboard } = navigator as { keyboard?: { lock?(): Promise<void> } }
  await keyboard?.lock?.().catch(() => undefined)
}
