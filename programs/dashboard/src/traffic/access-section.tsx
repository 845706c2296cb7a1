import { Plus, X } from 'lucide-react'
import { Button } from '../components/button.tsx'
import { Field, type FieldErrors, TextArea, TextField, TextInput } from '../components/field.tsx'
import { trafficWords } from '../words/en/traffic.ts'
import type { TrafficEditor } from './editor.ts'
import { Section } from './section.tsx'
import { type AuthForm, newAuth, newUser } from './traffic-form.ts'

const words = trafficWords.access

export function AccessSection({ editor }: { editor: TrafficEditor }) {
  const { access } = editor.form
  const set = (part: Partial<typeof access>) => editor.set({ access: { ...access, ...part } })
  const setAuth = (id: string, part: Partial<AuthForm>) =>
    set({ basicAuth: access.basicAuth.map(each => (each.id === id ? { ...each, ...part } : each)) })
  return (
    <Section editor={editor} keys={['access']} title={words.title} about={words.about}>
      <div className="grid gap-4 sm:grid-cols-2">
        <Addresses
          label={words.allow}
          hint={words.allowHint}
          value={access.allow}
          onChange={allow => set({ allow })}
        />
        <Addresses
          label={words.deny}
          hint={words.denyHint}
          value={access.deny}
          onChange={deny => set({ deny })}
        />
      </div>
      <div>
        <h3 className="font-medium">{words.basicAuth}</h3>
        <p className="text-sm text-soft">{words.basicAuthAbout}</p>
      </div>
      {access.basicAuth.map(auth => (
        <AuthFields
          key={auth.id}
          auth={auth}
          onChange={part => setAuth(auth.id, part)}
          onRemove={() => set({ basicAuth: access.basicAuth.filter(({ id }) => id !== auth.id) })}
        />
      ))}
      <div>
        <Button
          size="small"
          icon={<Plus aria-hidden className="size-4" />}
          onClick={() => set({ basicAuth: [...access.basicAuth, newAuth()] })}
        >
          {words.addPath}
        </Button>
      </div>
    </Section>
  )
}

interface AddressesProps {
  label: string
  hint: string
  error?: FieldErrors
  value: string
  onChange(value: string): void
}

export function Addresses({ label, hint, error, value, onChange }: AddressesProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {control => (
        <TextArea
          {...control}
          rows={3}
          value={value}
          spellCheck={false}
          className="font-mono text-sm"
          onChange={event => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}

interface AuthFieldsProps {
  auth: AuthForm
  onChange(part: Partial<AuthForm>): void
  onRemove(): void
}

/** The names and passwords of one path. A password that is there already is never shown, and stays unless another is typed. */
function AuthFields({ auth, onChange, onRemove }: AuthFieldsProps) {
  const { path, realm, users } = auth
  return (
    <div className="grid gap-4 rounded-md border border-line p-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={words.path}
          value={path}
          autoComplete="off"
          spellCheck={false}
          onChange={event => onChange({ path: event.target.value })}
        />
        <TextField
          label={words.realm}
          hint={words.realmHint}
          value={realm}
          autoComplete="off"
          onChange={event => onChange({ realm: event.target.value })}
        />
      </div>
      <ul className="grid gap-2">
        {users.map(user => (
          <UserFields
            key={user.id}
            user={user}
            onChange={next => onChange({ users: users.map(each => (each.id === user.id ? next : each)) })}
            onRemove={() => onChange({ users: users.filter(({ id }) => id !== user.id) })}
          />
        ))}
      </ul>
      <p className="text-sm text-soft">{words.passwordHint}</p>
      <div className="flex flex-wrap gap-2">
        <Button
          size="small"
          icon={<Plus aria-hidden className="size-4" />}
          onClick={() => onChange({ users: [...users, newUser()] })}
        >
          {words.addUser}
        </Button>
        <Button size="small" look="quiet" onClick={onRemove}>
          {words.removePath(path)}
        </Button>
      </div>
    </div>
  )
}

type User = AuthForm['users'][number]

interface UserFieldsProps {
  user: User
  onChange(user: User): void
  onRemove(): void
}

function UserFields({ user, onChange, onRemove }: UserFieldsProps) {
  return (
    <li className="grid grid-cols-[1fr_1fr_2rem] gap-2">
      <TextInput
        aria-label={words.user}
        placeholder={words.user}
        value={user.name}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        onChange={event => onChange({ ...user, name: event.target.value, known: false })}
      />
      <TextInput
        type="password"
        aria-label={words.password}
        placeholder={user.known ? words.kept : words.password}
        value={user.password}
        autoComplete="new-password"
        onChange={event => onChange({ ...user, password: event.target.value })}
      />
      <button
        type="button"
        aria-label={words.removeUser(user.name)}
        onClick={onRemove}
        className="grid h-9 place-items-center rounded-md text-soft hover:bg-sunken hover:text-ink"
      >
        <X aria-hidden className="size-4" />
      </button>
    </li>
  )
}
