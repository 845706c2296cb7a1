import { Download } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../components/button.tsx'
import { CopyButton } from '../components/copy-field.tsx'
import { Toggle } from '../components/toggle.tsx'
import { downloadText } from '../logs/download-text.ts'
import { accountWords } from '../words/en/account.ts'

const words = accountWords.factor

/** Shown once: who goes on says first that they are kept. */
export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone(): void }) {
  const [kept, setKept] = useState(false)
  return (
    <div className="grid grid-cols-1 gap-4">
      <div>
        <h3 className="font-semibold">{words.codesTitle}</h3>
        <p className="text-soft">{words.codesAbout}</p>
      </div>
      <ol
        aria-label={words.codesLabel}
        className="grid gap-x-6 gap-y-1.5 rounded-md border border-line bg-sunken p-4 font-mono text-sm sm:grid-cols-2"
      >
        {codes.map(code => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <div className="flex flex-wrap gap-2">
        <CopyButton text={codes.join('\n')} label={words.codesLabel} />
        <Button
          look="quiet"
          size="small"
          icon={<Download aria-hidden className="size-4" />}
          onClick={() => downloadText(words.file, codes)}
        >
          {words.download}
        </Button>
      </div>
      <Toggle label={words.kept} checked={kept} onChange={setKept} />
      <Button look="main" whyNot={kept ? undefined : words.keepFirst} onClick={onDone}>
        {words.done}
      </Button>
    </div>
  )
}
