import { describe, expect, it } from 'vitest'
import { createPace } from './pace.ts'

describe('createPace', () => {
  it('lets no more pass than it may', async () => {
    const pace = createPace(100_000)
    const beganAt = performance.now()
    let passed = 0
    while (passed < 50_000) {
      await pace.after(1_000)
      passed += 1_000
    }
    const tookMs = performance.now() - beganAt
    expect(tookMs).toBeGreaterThan(440) // a rest of less than 20 ms is left out
  })

  it('does not save a quiet time up for a flood', async () => {
    const pace = createPace(100_000)
    await new Promise(resolve => setTimeout(resolve, 300))
    await pace.after(1_000) // the quiet time ends here
    const beganAt = performance.now()
    for (let piece = 0; piece < 20; piece++) await pace.after(1_000)
    expect(performance.now() - beganAt).toBeGreaterThan(140)
  })

  it('does not hold up what comes slowly', async () => {
    const pace = createPace(1_000_000_000)
    const beganAt = performance.now()
    for (let piece = 0; piece < 1_000; piece++) await pace.after(1)
    expect(performance.now() - beganAt).toBeLessThan(5_000)
  })
})
