/** What a hospital that was only asked sees of an age: `0`, `1-4`, `5-9`, then decades, `90+`. */
export const ageBand = (ageYears: number): string => {
  if (ageYears < 1) return '0'
  if (ageYears < 5) return '1-4'
  if (ageYears < 10) return '5-9'
  if (ageYears >= 90) return '90+'
  const decade = Math.floor(ageYears / 10) * 10
  return `${decade}-${decade + 9}`
}
