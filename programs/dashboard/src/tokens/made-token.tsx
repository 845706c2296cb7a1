import type { MadeToken } from '../api/team-queries.ts'
import { Button } from '../components/button.tsx'
import { CopyField } from '../components/copy-field.tsx'
import { Dialog } from '../components/dialog.tsx'
import { inertLine } from '../text/inert.ts'
import { tokenWords } from '../words/en/tokens.ts'
import { words } from '../words/en.ts'

/** The only time that the secret is there to be read. It is not kept in any cache of the page. */
export function MadeTokenDialog({ made, onClose }: { made: MadeToken; onClose(): void }) {
  return (
    <Dialog
      open
      title={tokenWords.made(inertLine(made.token.name))}
      about={tokenWords.once}
      actions={
        <Button look="main" onClick={onClose}>
          {tokenWords.understood}
        </Button>
      }
    >
      <div className="grid gap-4">
        <CopyField text={made.secret} label={tokenWords.secret} />
        <div>
          <p className="mb-1.5 text-sm text-soft">{tokenWords.use}</p>
          <CopyField text={`export SEAWORTHY_TOKEN=${made.secret}`} label={words.deploy.cli} />
        </div>
      </div>
    </Dialog>
  )
}
