import type { ReactNode } from 'react'
import { Brand } from '../components/brand.tsx'
import { useTitle } from '../components/page-header.tsx'

/** The frame of the pages before one is signed in. */
export function Outside({
  title,
  about,
  children,
}: {
  title: string
  about?: ReactNode
  children: ReactNode
}) {
  useTitle(title)
  return (
    <main className="mx-auto grid min-h-dvh w-full max-w-sm content-center gap-6 px-5 py-12">
      <Brand />
      <div>
        <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
        {about && <p className="mt-1 text-soft">{about}</p>}
      </div>
      {children}
    </main>
  )
}
