import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { DropTarget } from './drop-target.tsx'
import type { Dropped } from './dropped-files.ts'
import { FileChoice } from './file-choice.tsx'

test('a chosen folder is a list of files with their paths inside it', () => {
  const chosen: Dropped[] = []
  render(<FileChoice onChoose={dropped => chosen.push(dropped)} />)

  const files = [fileIn('shop/server.js'), fileIn('shop/lib/a.js')]
  choose(input('Choose a folder'), files)

  expect(chosen).toMatchObject([
    { kind: 'folder', name: 'shop', files: [{ path: 'server.js' }, { path: 'lib/a.js' }] },
  ])
})

test('a chosen archive stays one, and can be chosen twice', () => {
  const chosen: Dropped[] = []
  render(<FileChoice onChoose={dropped => chosen.push(dropped)} />)
  const field = input('Choose an archive')

  choose(field, [archive()])
  expect(field.value).toBe('')
  choose(field, [archive()])

  expect(chosen.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'archive shop.tar.gz',
    'archive shop.tar.gz',
  ])
})

test('a dropped folder is read to its depths, without what no app needs', async () => {
  const dropped: Dropped[] = []
  render(<DropTarget onDrop={each => dropped.push(each)}>here</DropTarget>)

  drop([
    folderEntry('shop', [
      fileEntry('a.js'),
      folderEntry('lib', [fileEntry('b.js')]),
      folderEntry('.git', []),
    ]),
  ])

  await waitFor(() => expect(dropped).toHaveLength(1))
  const [only] = dropped
  expect(only).toMatchObject({ kind: 'folder', name: 'shop' })
  expect(only!.kind === 'folder' && only!.files.map(({ path }) => path).sort()).toEqual(['a.js', 'lib/b.js'])
})

test('text that is dragged over the page is let through, files are greeted until they leave', () => {
  render(<DropTarget onDrop={() => undefined}>here</DropTarget>)
  const target = screen.getByText('here')
  const over = (types: string[]) => fireEvent.dragEnter(target, { dataTransfer: { types } })

  over(['text/plain'])
  expect(screen.queryByText(/^Drop/)).toBeNull()
  over(['Files'])
  screen.getByText(/^Drop/)
  fireEvent.dragLeave(target, { dataTransfer: { types: ['Files'] } })

  expect(screen.queryByText(/^Drop/)).toBeNull()
})

function input(label: string | RegExp): HTMLInputElement {
  return screen
    .getAllByLabelText(label)
    .find(element => element instanceof HTMLInputElement) as HTMLInputElement
}

/** Chosen by itself, a file lies in no folder. */
const archive = () =>
  Object.defineProperty(new File(['x'], 'shop.tar.gz'), 'webkitRelativePath', { value: '' })

function choose(field: HTMLInputElement, files: File[]): void {
  Object.defineProperty(field, 'files', { value: files, configurable: true })
  fireEvent.change(field)
}

function fileIn(path: string): File {
  const file = new File(['x'], path.split('/').at(-1)!)
  Object.defineProperty(file, 'webkitRelativePath', { value: path })
  return file
}

function drop(entries: object[]): void {
  const items = entries.map(entry => ({ webkitGetAsEntry: () => entry }))
  fireEvent.drop(screen.getByText('here'), { dataTransfer: { types: ['Files'], items } })
}

function fileEntry(name: string): object {
  const file = (resolve: (file: File) => void) => resolve(new File(['x'], name))
  return { isFile: true, isDirectory: false, name, file }
}

/** Hands out its entries in portions of one, as a browser may. */
function folderEntry(name: string, entries: object[]): object {
  const createReader = () => {
    const left = [...entries]
    return { readEntries: (resolve: (some: object[]) => void) => resolve(left.splice(0, 1)) }
  }
  return { isFile: false, isDirectory: true, name, createReader }
}
