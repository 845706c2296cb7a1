import { useState } from 'react'
import type { DataOf } from '../api/client.ts'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { Dialog } from '../components/dialog.tsx'
import { accountWords } from '../words/en/account.ts'
import { FactorSetup } from './factor-setup.tsx'
import { NewRecoveryCodes } from './new-recovery-codes.tsx'
import { SwitchFactorOff } from './switch-factor-off.tsx'

const words = accountWords.factor
const FEW_CODES = 3

interface SecondFactorCardProps {
  factor: DataOf<'factor.get'>
  hasPassword: boolean
}

export function SecondFactorCard({ factor, hasPassword }: SecondFactorCardProps) {
  const [open, setOpen] = useState<'set-up' | 'codes' | 'off'>()
  const close = () => setOpen(undefined)
  return (
    <>
      <Card
        title={
          <span className="flex flex-wrap items-center gap-2.5">
            {words.title}
            <Badge tone={factor.enabled ? 'good' : 'neutral'}>{factor.enabled ? words.on : words.off}</Badge>
          </span>
        }
        about={words.about}
        actions={
          factor.enabled ? (
            <>
              <Button onClick={() => setOpen('codes')}>{words.newCodes}</Button>
              <Button whyNot={factor.required ? words.required : undefined} onClick={() => setOpen('off')}>
                {words.switchOff}
              </Button>
            </>
          ) : (
            <Button
              look="main"
              whyNot={hasPassword ? undefined : words.noPassword}
              onClick={() => setOpen('set-up')}
            >
              {words.setUp}
            </Button>
          )
        }
      >
        {factor.enabled && <CodesLeft count={factor.recoveryCodesLeft} />}
      </Card>
      {open === 'set-up' && <SetupDialog onClose={close} />}
      {open === 'codes' && <NewRecoveryCodes onClose={close} />}
      {open === 'off' && <SwitchFactorOff onClose={close} />}
    </>
  )
}

/** With the recovery codes on the page it closes by their own button only. */
function SetupDialog({ onClose }: { onClose(): void }) {
  const [codesShown, setCodesShown] = useState(false)
  return (
    <Dialog open onClose={codesShown ? undefined : onClose} title={words.setUpTitle}>
      <FactorSetup onCodes={() => setCodesShown(true)} onDone={onClose} />
    </Dialog>
  )
}

function CodesLeft({ count }: { count: number }) {
  const few = count <= FEW_CODES
  return (
    <p className={few ? 'text-warn' : 'text-soft'}>
      {words.codesLeft(count)} {few && words.fewCodes}
    </p>
  )
}
