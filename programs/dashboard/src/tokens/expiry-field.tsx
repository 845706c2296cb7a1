import { Field, Select } from '../components/field.tsx'
import { words } from '../words/en.ts'

const DAYS = [1, 7, 30, 90, 180, 365]

/** Named `expiry`: a number of days, or `never`. */
export function ExpiryField() {
  return (
    <Field label={words.tokens.expires} hint={words.tokens.expiryHint}>
      {control => (
        <Select {...control} name="expiry" defaultValue="90">
          {DAYS.map(days => (
            <option key={days} value={days}>
              {words.tokens.expiryDays(days)}
            </option>
          ))}
          <option value="never">{words.tokens.expiryNever}</option>
        </Select>
      )}
    </Field>
  )
}
