import { render, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { CodeLines, linesOf } from './code-lines.tsx'
import { contentUrl } from './file-queries.ts'
import { fileSearch, folderOf, joinPath, linkTarget, nameOf, pathSteps } from './file-search.ts'

test('a text has the numbers of its lines, and nothing in it acts', () => {
  render(<CodeLines text={'<b>one</b>\r\n\u202etwo\u0007\n'} />)

  const text = screen.getByRole('region', { name: 'Text of the file' })
  expect(text.querySelector('b')).toBeNull()
  expect(text.textContent).toBe('1<b>one</b>2\ufffdtwo\u2407')
})

test('a line of a megabyte is cut, and of many lines only those in view are drawn', () => {
  const { rerender, container } = render(<CodeLines text={'x'.repeat(1_000_000)} />)
  expect(container.textContent!.length).toBeLessThan(5_000)

  rerender(<CodeLines text={'a\n'.repeat(500_000)} />)
  expect(container.querySelectorAll('bdi').length).toBeLessThan(200)
})

test('the last line break of a text begins no line', () => {
  expect([linesOf('a\n').length, linesOf('a\n\n').length, linesOf('').length]).toEqual([1, 2, 1])
})

test('paths are put together and taken apart', () => {
  expect([joinPath('', 'a'), joinPath('a/b', 'c')]).toEqual(['a', 'a/b/c'])
  expect([folderOf('a'), folderOf('a/b/c'), nameOf('a/b/c')]).toEqual(['', 'a/b', 'c'])
  expect(pathSteps('a/b')).toEqual([
    { name: 'a', path: 'a' },
    { name: 'b', path: 'a/b' },
  ])
  expect(pathSteps('')).toEqual([])
})

test.each([
  ['way-in', './guests.csv', 'guests.csv'],
  ['a/b/link', '../c', 'a/c'],
  ['a/link', '..', ''],
  ['a/link', '../../etc/passwd', undefined],
  ['link', '/etc/passwd', undefined],
  ['link', '', undefined],
])('the link %s to %s leads to %s', (path, target, inside) => {
  expect(linkTarget(path, target)).toBe(inside)
})

test('an address that was typed by hand shows what it can', () => {
  expect(fileSearch({ release: 3, path: 'a', view: true })).toEqual({ release: 3, path: 'a', view: true })
  expect(fileSearch({ release: -1, volume: 7, path: ['a'], view: true })).toEqual({})
  expect(fileSearch({ volume: 'data', view: 'yes' })).toEqual({ volume: 'data' })
})

test('names in addresses are escaped', () => {
  expect(contentUrl({ slug: 'shop', volume: 'a/b' }, 'x&y=../?#')).toBe(
    '/api/v1/apps/shop/volumes/a%2Fb/files/content?path=x%26y%3D..%2F%3F%23',
  )
})
