/** The contract of a `DnsDriver`: each driver's test calls this with a stage that shows what the world sees. */
import { describe, expect, test } from 'vitest'
import type { DnsDriver } from './dns-driver.ts'

export interface DnsStage {
  driver: DnsDriver
  /** A name that the driver may change. */
  name: string
  /** What stands there, as others see it. */
  texts(): Promise<string[]>
  /** The server's end is gone from now on. */
  breakServer(): Promise<void>
}

export function testDnsDriver(kind: string, setUp: () => Promise<DnsStage>, { skip = false } = {}): void {
  describe.skipIf(skip)(`DNS driver ${kind}`, () => {
    test('adds a record, and takes it away again', async () => {
      const { driver, name, texts } = await setUp()

      await driver.addText({ name, value: 'proof' })

      expect(await texts()).toEqual(['proof'])
      await driver.removeText({ name, value: 'proof' })
      expect(await texts()).toEqual([])
    })

    test('keeps several values at one name apart', async () => {
      const { driver, name, texts } = await setUp()
      await driver.addText({ name, value: 'of the name' })
      await driver.addText({ name, value: 'of the wildcard' })

      await driver.removeText({ name, value: 'of the name' })

      expect(await texts()).toEqual(['of the wildcard'])
    })

    test('takes the same again, as after a crash', async () => {
      const { driver, name, texts } = await setUp()

      await driver.addText({ name, value: 'proof' })
      await driver.addText({ name, value: 'proof' })
      expect(await texts()).toEqual(['proof'])
      await driver.removeText({ name, value: 'proof' })
      await driver.removeText({ name, value: 'proof' })

      expect(await texts()).toEqual([])
    })

    test('says which server it could not reach', async () => {
      const { driver, name, breakServer } = await setUp()
      await breakServer()

      await expect(driver.addText({ name, value: 'proof' })).rejects.toMatchObject({
        code: expect.stringMatching(/^dns_/),
        message: expect.stringMatching(/127\.0\.0\.1|localhost/),
      })
    })

    test('ends when it is told to', async () => {
      const { driver, name } = await setUp()

      await expect(
        driver.addText({ name, value: 'proof' }, AbortSignal.abort(new Error('stop'))),
      ).rejects.toThrow()
    })
  })
}
