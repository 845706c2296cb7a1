import { type ComponentProps, type ReactNode, useId } from 'react'
import { classNames } from './class-names.ts'

/** What is wrong with a field: a sentence, or each reason for itself. */
export type FieldErrors = string | readonly string[] | undefined

interface FieldProps {
  label: ReactNode
  /** What it does, its default, what it changes. */
  hint?: ReactNode
  error?: FieldErrors
  children(control: ControlProps): ReactNode
}

interface ControlProps {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
}

/** A label, a control, and what is wrong with it. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId()
  const about = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className="grid content-start gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': about || undefined, 'aria-invalid': error ? true : undefined })}
      {error && (
        <div id={`${id}-error`} className="text-sm text-bad">
          <Reasons of={error} />
        </div>
      )}
      {hint && (
        <p id={`${id}-hint`} className="text-sm text-soft">
          {hint}
        </p>
      )}
    </div>
  )
}

function Reasons({ of }: { of: string | readonly string[] }) {
  if (typeof of === 'string') return of
  return (
    <ul className="grid list-disc gap-0.5 pl-4">
      {of.map(reason => (
        <li key={reason}>{reason}</li>
      ))}
    </ul>
  )
}

export const inputLook =
  'w-full rounded-md border border-line-strong bg-surface px-3 text-base text-ink aria-invalid:border-bad focus-visible:outline-offset-0'

export function TextInput({ className, ...rest }: ComponentProps<'input'>) {
  return <input {...rest} className={classNames(inputLook, 'h-9', className)} />
}

export function TextArea({ className, ...rest }: ComponentProps<'textarea'>) {
  return <textarea {...rest} className={classNames(inputLook, 'py-2', className)} />
}

export function Select({ className, ...rest }: ComponentProps<'select'>) {
  return <select {...rest} className={classNames(inputLook, 'h-9 pr-8', className)} />
}

interface TextFieldProps extends ComponentProps<'input'> {
  label: ReactNode
  hint?: ReactNode
  error?: FieldErrors
}

export function TextField({ label, hint, error, ...input }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {control => <TextInput {...input} {...control} />}
    </Field>
  )
}

/** What is wrong with a form as a whole. */
export function FormError({ text }: { text: string | undefined }) {
  return (
    <div role="alert" className="empty:absolute">
      {text && <p className="rounded-md bg-bad-soft px-3 py-2 text-sm text-bad">{text}</p>}
    </div>
  )
}
