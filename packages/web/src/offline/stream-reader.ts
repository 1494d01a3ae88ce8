/** One message of an event stream (WHATWG HTML §9.2). */
export interface StreamMessage {
  readonly event: string
  readonly data: string
  readonly id: string | null
}

/**
 * Cuts the text of an event stream into messages, whatever pieces it arrives in. Comments (heartbeats) give no message;
 * the caller sees them as bytes.
 */
export const messageCutter = () => {
  let rest = ''
  return (piece: string): StreamMessage[] => {
    rest += piece.replaceAll('\r\n', '\n')
    const blocks = rest.split('\n\n')
    rest = blocks.pop() ?? ''
    return blocks.map(messageOf).filter((message) => message !== null)
  }
}

const messageOf = (block: string): StreamMessage | null => {
  const data: string[] = []
  let event = 'message'
  let id: string | null = null
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    if (colon === 0) continue
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') data.push(value)
    else if (field === 'event') event = value
    else if (field === 'id') id = value
  }
  return data.length === 0 && id === null ? null : { event, data: data.join('\n'), id }
}
