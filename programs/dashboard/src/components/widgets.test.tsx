import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { expect, test } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { Button } from './button.tsx'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { Dialog } from './dialog.tsx'
import { Pager } from './pager.tsx'
import { Panels } from './panels.tsx'
import { Segments } from './segments.tsx'
import { Toggle } from './toggle.tsx'

const user = userEvent.setup()

test('a dialog gives the focus back to what opened it', async () => {
  await showInPage(<Opener />)

  await user.tab()
  await user.keyboard('{Enter}')
  screen.getByRole('dialog')
  await user.keyboard('{Escape}')

  const opener = screen.getByRole('button', { name: 'Open' })
  await waitFor(() => expect(document.activeElement).toBe(opener))
})

test('a dialog whose opener is gone gives the focus to the page', async () => {
  await showInPage(<Opener leaves />)

  await user.click(screen.getByRole('button', { name: 'Open' }))
  await user.keyboard('{Escape}')

  await waitFor(() => expect(document.activeElement?.id).toBe('page'))
})

test('what cannot be taken back is done only after its name was typed', async () => {
  let deeds = 0
  const props = { busy: false, onConfirm: () => deeds++, onClose: () => undefined }
  await showInPage(
    <ConfirmDialog title="Delete" about="For ever." action="Delete it" typed="shop" {...props} />,
  )
  const deed = () => screen.getByRole('button', { name: 'Delete it' })

  await user.click(deed())
  expect(deeds).toBe(0)
  await user.type(screen.getByRole('textbox'), 'shop')
  await user.click(deed())

  expect(deeds).toBe(1)
})

test('a deed that was refused says so in its dialog', async () => {
  const props = { busy: false, onConfirm: () => undefined, onClose: () => undefined }
  await showInPage(
    <ConfirmDialog
      title="Delete"
      about="For ever."
      action="Delete it"
      error={new Error('Not now.')}
      {...props}
    />,
  )

  expect(screen.getByRole('alert').textContent).toContain('Not now.')
})

test('a pager stops at both ends, says why, and is not there for a single page', async () => {
  const went: number[] = []
  const at = (page: number, pages = 3) => ({ page, pages, hasNext: page < pages, hasPrev: page > 1 })
  const { container } = await showInPage(<Pager pagination={at(1)} onGo={page => went.push(page)} />)

  await user.click(screen.getByRole('button', { name: 'Back' }))
  await user.click(screen.getByRole('button', { name: 'On' }))
  expect(went).toEqual([2])
  expect(container.textContent).toContain('Page 1 of 3')
  const single = render(<Pager pagination={at(1, 1)} onGo={() => undefined} />)
  expect(single.container.innerHTML).toBe('')
})

test('a button that has come to its end keeps the focus, so that one can read why', async () => {
  await showInPage(<Countdown />)

  await user.tab()
  await user.keyboard('{Enter}{Enter}{Enter}')

  const button = screen.getByRole('button', { name: 'Fewer' })
  expect(screen.getByRole('status').textContent).toBe('0')
  expect(document.activeElement).toBe(button)
  expect((await screen.findByRole('tooltip')).textContent).toContain('There is none left.')
})

test('a reason stays while the keyboard is on its button, though the page scrolls, until Escape', async () => {
  await showInPage(<Button whyNot="Only owners may do this.">Delete</Button>)

  await user.tab()
  await screen.findByRole('tooltip')
  document.dispatchEvent(new Event('scroll'))
  expect(screen.getByRole('tooltip').textContent).toContain('Only owners may do this.')
  await user.keyboard('{Escape}')

  await waitFor(() => expect(screen.queryByRole('tooltip')).toBeNull())
})

test('one of a few is chosen with the arrow keys', async () => {
  const chosen: string[] = []
  render(
    <Segments<'hour' | 'day'>
      label="Span"
      value="hour"
      names={{ hour: 'Hour', day: 'Day' }}
      onChange={value => chosen.push(value)}
    />,
  )

  await user.click(screen.getByRole('radio', { name: 'Hour' }))
  await user.keyboard('{ArrowRight}')

  expect(chosen).toEqual(['day'])
})

test('ways in one place are switched by keyboard; only one of them shows', async () => {
  render(
    <Panels
      label="Ways"
      panels={[
        { id: 'a', label: 'Upload', content: 'drop it' },
        { id: 'b', label: 'Git', content: 'clone it' },
      ]}
    />,
  )

  await user.tab()
  await user.keyboard('{ArrowRight}')

  expect(screen.getByRole('tab', { name: 'Git' }).getAttribute('aria-selected')).toBe('true')
  expect([screen.queryByText('drop it'), screen.queryByText('clone it') !== null]).toEqual([null, true])
})

test('a switch is turned by its label and by Space, and tied to its hint', async () => {
  render(<Lamp />)
  const lamp = screen.getByRole('switch', { name: 'Lamp' })

  await user.click(screen.getByText('Lamp'))
  expect(lamp.getAttribute('aria-checked')).toBe('true')
  lamp.focus()
  await user.keyboard(' ')

  expect(lamp.getAttribute('aria-checked')).toBe('false')
  expect(document.getElementById(lamp.getAttribute('aria-describedby')!)!.textContent).toBe('Shines.')
})

function Countdown() {
  const [count, setCount] = useState(2)
  return (
    <>
      <Button whyNot={count === 0 ? 'There is none left.' : undefined} onClick={() => setCount(count - 1)}>
        Fewer
      </Button>
      <output>{count}</output>
    </>
  )
}

function Lamp() {
  const [on, setOn] = useState(false)
  return <Toggle label="Lamp" hint="Shines." checked={on} onChange={setOn} />
}

function Opener({ leaves = false }: { leaves?: boolean }) {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      {!(leaves && isOpen) && (
        <button type="button" onClick={() => setIsOpen(true)}>
          Open
        </button>
      )}
      {isOpen && <Dialog open title="Here" onClose={() => setIsOpen(false)} />}
    </>
  )
}
