import { expect, test } from 'vitest'
import { readConfig, settings } from '../config.ts'
import { settingsReport } from './settings-report.ts'

function reportOf(env: Record<string, string>) {
  const config = readConfig(env)
  return new Map(settingsReport(settings, { config, env }).map(setting => [setting.name, setting]))
}

test('every declared setting is there, with its value, its default and where it came from', () => {
  const report = reportOf({ SEAWORTHY_PORT: '4500', SEAWORTHY_TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.1' })

  expect(report.size).toBe(Object.keys(settings).length)
  expect(report.get('SEAWORTHY_PORT')).toMatchObject({
    ...{ value: '4500', default: '4400', source: 'environment', isSecret: false },
  })
  expect(report.get('SEAWORTHY_HTTP_PORT')).toMatchObject({ value: '8080', source: 'default' })
  expect(report.get('SEAWORTHY_TRUSTED_PROXIES')!.value).toBe('10.0.0.0/8,192.0.2.1')
  expect(report.get('SEAWORTHY_INSTANCE_LIMITS')!.value).toBe(
    'memoryMb=512,processes=256,openFiles=8192,diskMb=1024',
  )
  expect(report.get('SEAWORTHY_GEOIP_FILE')).toMatchObject({ value: null, default: null, source: 'unset' })
})

test('no secret is told, only that it is set', () => {
  const url = 'postgres://seaworthy:very-secret-word@db.example.com/seaworthy'

  const report = reportOf({ SEAWORTHY_DATABASE_URL: url, SEAWORTHY_ADMIN_PASSWORD: 'Very-secret-word-9' })

  expect(JSON.stringify([...report.values()])).not.toMatch(/very-secret-word/i)
  expect(report.get('SEAWORTHY_DATABASE_URL')).toMatchObject({
    ...{ value: null, source: 'environment', isSecret: true },
  })
  expect(report.get('SEAWORTHY_SMTP_URL')).toMatchObject({ value: null, source: 'unset' })
})
