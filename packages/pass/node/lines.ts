/** A line of input, or the mark of one too long to hold. */
export type Line = { readonly text: string } | { readonly tooLong: true }

const MOST_CHARACTERS = 4 * 1024 * 1024

/**
 * Splits a byte stream into lines, holding at most one line of at most 4 Mi characters. A last line without a line feed
 * counts; nothing after the last line feed does not.
 */
export async function* readLines(input: AsyncIterable<Uint8Array | string>): AsyncGenerator<Line> {
  const decoder = new TextDecoder()
  let held = ''
  let tooLong = false
  for await (const chunk of input) {
    const parts = (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })).split('\n')
    const last = parts.pop() ?? ''
    for (const part of parts) {
      yield tooLong || held.length + part.length > MOST_CHARACTERS ? { tooLong: true } : { text: held + part }
      held = ''
      tooLong = false
    }
    if (held.length + last.length > MOST_CHARACTERS) tooLong = true
    held = tooLong ? '' : held + last
  }
  held += decoder.decode()
  if (tooLong) yield { tooLong: true }
  else if (held !== '') yield { text: held }
}
