import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, test } from 'vitest'
import { endpoints } from './endpoints.ts'
import { openApiDocument } from './openapi.ts'

interface Operation {
  operationId: string
  summary: string
  tags: string[]
  parameters: { name: string; in: string; required: boolean }[]
  responses: Record<string, unknown>
}

const document = openApiDocument({ version: '1.2.3', serverUrl: '/' })
const paths = document.paths as Record<string, Record<string, Operation>>
const operations = Object.values(paths).flatMap(methods => Object.values(methods))

describe('the OpenAPI document', () => {
  test('is valid against the schema of OpenAPI 3.1', async () => {
    const result = await new Validator().validate(structuredClone(document))

    expect(result.errors ?? []).toEqual([])
    expect(result.valid).toBe(true)
  })

  test('has one operation for each endpoint, under ids of their own', () => {
    const ids = operations.map(({ operationId }) => operationId)

    expect(ids.toSorted()).toEqual(endpoints.map(({ id }) => id).toSorted())
    expect(new Set(ids).size).toBe(ids.length)
  })

  test.each(operations.map(operation => [operation.operationId, operation] as const))(
    '%s says what it is for, what it answers and how it fails',
    (_, { summary, tags, responses }) => {
      const declared = (document.tags as { name: string }[]).map(({ name }) => name)

      expect(summary).toMatch(/^[A-Z].{5,}[^.]$/)
      expect(tags).toHaveLength(1)
      expect(declared).toContain(tags[0])
      expect(Object.keys(responses).some(status => /^2\d\d$/.test(status))).toBe(true)
      expect(responses.default).toEqual({ $ref: '#/components/responses/Problem' })
    },
  )

  test('declares every parameter of every path as required', () => {
    for (const [path, methods] of Object.entries(paths)) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      for (const { parameters } of Object.values(methods)) {
        const inPath = parameters.filter(parameter => parameter.in === 'path')
        expect(inPath.map(({ name }) => name).toSorted()).toEqual(named.toSorted())
        expect(inPath.every(({ required }) => required)).toBe(true)
      }
    }
  })

  test('has no reference that leads nowhere', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, reference]) => reference!,
    )

    expect(references.length).toBeGreaterThan(50)
    for (const reference of references) expect(resolve(reference), reference).toBeDefined()
  })

  test('refuses fields it does not know in every body', () => {
    const { schemas } = document.components as { schemas: Record<string, { additionalProperties?: unknown }> }
    const bodies = [
      'CreateApp',
      'UpdateApp',
      'DeleteApp',
      'Claim',
      'SignIn',
      'Rollback',
      'UpdateEnv',
      'ImportEnv',
      'Run',
    ]

    for (const name of bodies) expect(schemas[name]?.additionalProperties, name).toBe(false)
  })
})

function resolve(reference: string): unknown {
  expect(reference.startsWith('#/')).toBe(true)
  const steps = reference.slice(2).split('/')
  return steps.reduce<unknown>((place, step) => (place as Record<string, unknown>)?.[step], document)
}
