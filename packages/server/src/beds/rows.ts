/** The one row a statement with `returning` gives; anything else is a bug of ours. */
export const first = <R>(rows: readonly R[]): R => {
  const [row] = rows
  if (row === undefined) throw new Error('A statement that gives one row gave none')
  return row
}
