/** The code in which Korean carriers count and send texts, and every handset shows them: KS X 1001 in EUC-KR. */
let known: ReadonlySet<string> | undefined

const table = (): ReadonlySet<string> => {
  if (known !== undefined) return known
  const decoder = new TextDecoder('euc-kr')
  const found = new Set<string>()
  for (let lead = 0x81; lead <= 0xfe; lead += 1)
    for (let trail = 0x41; trail <= 0xfe; trail += 1) {
      const text = decoder.decode(new Uint8Array([lead, trail]))
      if ([...text].length === 1 && text !== '\ufffd') found.add(text)
    }
  known = found
  return found
}

const isAscii = (char: string): boolean => char >= ' ' && char <= '~'

/** Bytes of a text as a carrier counts them, or undefined when a character of it cannot be sent. */
export const eucKrBytes = (text: string): number | undefined => {
  let bytes = 0
  for (const char of text) {
    if (isAscii(char) || char === '\n') bytes += 1
    else if (table().has(char)) bytes += 2
    else return undefined
  }
  return bytes
}

/** The text with every character that cannot be sent replaced by `?`. */
export const sendable = (text: string): string =>
  [...text].map((char) => (eucKrBytes(char) === undefined ? '?' : char)).join('')

/** At most so many bytes, cut between characters. */
export const cutTo = (text: string, mostBytes: number): string => {
  let bytes = 0
  let end = ''
  for (const char of text) {
    bytes += eucKrBytes(char) ?? 2
    if (bytes > mostBytes) return end
    end += char
  }
  return end
}
