import type { Event } from '@seaworthy/api'
import { isoTime } from '../http/times.ts'
import type { EventRow } from '../store/schema.ts'

export function eventDocument({ id, app_id, type, data_json, created_at }: EventRow): Event {
  return { id, appId: app_id, type, data: JSON.parse(data_json), createdAt: isoTime(created_at) }
}
