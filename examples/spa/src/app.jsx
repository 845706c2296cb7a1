import { useState } from 'react'

export function App() {
  const [count, setCount] = useState(0)
  return (
    <main>
      <h1>A single-page app</h1>
      <p>
        You are at <code>{window.location.pathname}</code>: every path is answered by <code>index.html</code>.
      </p>
      <button type="button" onClick={() => setCount(count + 1)}>
        Clicked {count} times
      </button>
    </main>
  )
}
