import { optional, record, refuse, text } from './field-checks.ts'

/** `POST /purge`: which stored answers of an app the edge forgets; neither `path` nor `prefix`: all of them. */
export interface CachePurge {
  appId: string
  /** With its query; without one, whatever the query. */
  path?: string
  /** Of path and query. */
  prefix?: string
}

/** @throws {InvalidRouteTable} naming the field that is wrong */
export function parseCachePurge(value: unknown): CachePurge {
  const purge = record(value, 'purge')
  const path = optional(purge.path, given => pathOf(given, 'path'))
  const prefix = optional(purge.prefix, given => pathOf(given, 'prefix'))
  if (path !== undefined && prefix !== undefined) refuse('path', 'given without a prefix')
  return {
    appId: text(purge.appId, 'appId'),
    ...(path === undefined ? {} : { path }),
    ...(prefix === undefined ? {} : { prefix }),
  }
}

function pathOf(value: unknown, name: string): string {
  const given = text(value, name)
  return given.startsWith('/') ? given : refuse(name, 'a path that starts with /')
}
