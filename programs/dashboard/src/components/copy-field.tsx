import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { words } from '../words/en.ts'
import { Button } from './button.tsx'

/** Text to take along: shown whole, copied with one press. */
export function CopyField({ text, label }: { text: string; label: string }) {
  return (
    <div className="flex items-center gap-2 rounded-md border border-line bg-sunken py-1 pr-1 pl-3">
      <code
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than the field is scrolled by keyboard too
        tabIndex={0}
        className="min-w-0 flex-1 overflow-x-auto py-1 text-sm whitespace-pre"
      >
        {text}
      </code>
      <CopyButton text={text} label={label} />
    </div>
  )
}

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 2_000)
    return () => clearTimeout(timer)
  }, [copied])
  return (
    <Button
      look="quiet"
      size="small"
      aria-label={`${words.copy} ${label}`}
      icon={
        copied ? <Check aria-hidden className="size-4 text-good" /> : <Copy aria-hidden className="size-4" />
      }
      onClick={() => void copyText(text).then(() => setCopied(true))}
    >
      {copied ? words.copied : words.copy}
    </Button>
  )
}

/** Over plain HTTP a browser has no clipboard for us; a selected field is the old way. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const field = document.createElement('textarea')
  field.value = text
  document.body.append(field)
  field.select()
  document.execCommand('copy')
  field.remove()
}
