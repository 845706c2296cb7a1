import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { expect, test } from 'vitest'
import { tagWords } from '../words/en/app-jobs.ts'
import { TagEditor } from './tag-editor.tsx'

const user = userEvent.setup()

function Editor({ initial = [] }: { initial?: string[] }) {
  const [tags, setTags] = useState(initial)
  return (
    <>
      <TagEditor label="Tags" tags={tags} onChange={setTags} />
      <output>{tags.join(' ')}</output>
    </>
  )
}

const tags = () => screen.getByRole('status').textContent
const field = () => screen.getByRole('combobox', { name: 'Tags' })

test('Enter, comma and space each add a tag, in small letters and in order', async () => {
  render(<Editor />)

  await user.type(field(), 'Sales{Enter}eu,internal ')

  expect(tags()).toBe('eu internal sales')
})

test('what is no tag is told, and stays to be mended', async () => {
  render(<Editor />)

  await user.type(field(), 'no_tag{Enter}')

  expect(tags()).toBe('')
  expect(screen.getByText(tagWords.wrong)).toBeTruthy()
  expect((field() as HTMLInputElement).value).toBe('no_tag')
})

test('a tag is taken away by its button, and the last one by Backspace', async () => {
  render(<Editor initial={['eu', 'internal', 'sales']} />)

  await user.click(screen.getByRole('button', { name: tagWords.remove('internal') }))
  await user.type(field(), '{Backspace}')

  expect(tags()).toBe('eu')
})

test('several are pasted at once, up to twenty', async () => {
  render(<Editor />)
  const twenty = Array.from({ length: 20 }, (_, number) => `t${number}`)

  await user.click(field())
  await user.paste(twenty.join(', '))
  await user.keyboard('{Enter}')
  await user.type(field(), 'more{Enter}')

  expect(tags()?.split(' ')).toHaveLength(20)
  expect(screen.getByText(tagWords.full)).toBeTruthy()
})
