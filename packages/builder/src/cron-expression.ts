const FIELDS = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of the month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC' },
  { name: 'day of the week', min: 0, max: 7, names: 'SUN MON TUE WED THU FRI SAT' },
] as const

/**
 * What is wrong with a five-field cron expression (crontab(5): lists, ranges, steps, month and day names),
 * or undefined when it is fine.
 */
export function cronProblem(expression: string): string | undefined {
  const fields = expression.trim().split(/\s+/)
  if (fields.length !== FIELDS.length) {
    return `"${expression}" must have five fields: minute, hour, day, month, weekday`
  }
  const wrong = FIELDS.find((field, index) => !isField(fields[index]!, field))
  return wrong && `"${expression}" has a wrong ${wrong.name}: "${fields[FIELDS.indexOf(wrong)]}"`
}

function isField(text: string, field: (typeof FIELDS)[number]): boolean {
  return text.split(',').every(part => isPart(part, field))
}

function isPart(part: string, field: (typeof FIELDS)[number]): boolean {
  const [range = '', step, ...rest] = part.split('/')
  if (rest.length > 0 || (step !== undefined && !(/^\d+$/.test(step) && Number(step) > 0))) return false
  if (range === '*') return true
  const [from, to, ...more] = range.split('-').map(value => fieldValue(value, field))
  if (from === undefined || more.length > 0) return false
  return range.includes('-') ? to !== undefined && from <= to : true
}

function fieldValue(text: string, field: (typeof FIELDS)[number]): number | undefined {
  const named = 'names' in field ? field.names.split(' ').indexOf(text.toUpperCase()) : -1
  if (named >= 0) return named + (field.min === 1 ? 1 : 0)
  if (!/^\d{1,2}$/.test(text)) return undefined
  const value = Number(text)
  return value >= field.min && value <= field.max ? value : undefined
}
