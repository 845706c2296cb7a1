import { Field, Select } from '../components/field.tsx'
import { tokenWords } from '../words/en/tokens.ts'

const DAYS = [1, 7, 30, 90, 180, 365]

/** Named `expiry`: a number of days, or `never`. */
export function ExpiryField() {
  return (
    <Field label={tokenWords.expires} hint={tokenWords.expiryHint}>
      {control => (
        <Select {...control} name="expiry" defaultValue="90">
          {DAYS.map(days => (
            <option key={days} value={days}>
              {tokenWords.expiryDays(days)}
            </option>
          ))}
          <option value="never">{tokenWords.expiryNever}</option>
        </Select>
      )}
    </Field>
  )
}
