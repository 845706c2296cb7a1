import { Card } from '../components/card.tsx'
import { PageHeader } from '../components/page-header.tsx'
import { accountWords } from '../words/en/account.ts'
import { FactorSetup } from './factor-setup.tsx'

const words = accountWords.factor

/** In the place of every page, for somebody who must have a second factor and has none. */
export default function FactorDemand({ onDone }: { onDone(): void }) {
  return (
    <div className="mx-auto max-w-lg">
      <PageHeader title={words.demandTitle} about={words.demandAbout} />
      <Card title={words.title} about={words.about}>
        <FactorSetup onDone={onDone} />
      </Card>
    </div>
  )
}
