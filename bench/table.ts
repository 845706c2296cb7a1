/** Prints rows as a plain table: the first row's keys are the columns. */
export function printTable(title: string, rows: readonly Record<string, string | number>[]): void {
  const columns = Object.keys(rows[0] ?? {})
  const widthOf = (column: string) =>
    Math.max(column.length, ...rows.map(row => String(row[column] ?? '').length))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => cell.padEnd(widthOf(columns[index]!)))
      .join('  ')
      .trimEnd()
  const body = rows.map(row => line(columns.map(column => String(row[column] ?? ''))))
  process.stdout.write(`\n${[title, line(columns), ...body].join('\n')}\n`)
}
