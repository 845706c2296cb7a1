// Rendered for each request, so that it shows the release that answered and not the one that was built.
export const dynamic = 'force-dynamic'

export default function Page() {
  return (
    <main>
      <h1>Hello from Next.js</h1>
      <p>Release: {process.env.SEAWORTHY_RELEASE ?? 'local'}</p>
    </main>
  )
}
