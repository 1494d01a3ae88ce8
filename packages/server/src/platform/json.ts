import { err, ok, type Result } from '@dure/contract'

/** A fault of the input: where, and what is wrong there. */
export interface InputFault {
  readonly pointer: string
  readonly detail: string
}

/** Levels of arrays and objects. The deepest shape of the contract has about eight. */
export const MAX_DEPTH = 32
/** Values in one document: a wide document costs as much as a deep one. */
export const MAX_VALUES = 50_000

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Parses what a stranger sent. Refuses what is not UTF-8, not JSON, too deep, too wide, that names a prototype, and text that
 * PostgreSQL cannot keep (U+0000, lone surrogates): later none of these could do more than fail in a worse place.
 */
export const parseJson = (bytes: Uint8Array): Result<unknown, InputFault> => {
  const text = decode(bytes)
  if (text === undefined) return fault('', 'not UTF-8')
  if (depthOf(text) > MAX_DEPTH) return fault('', `more than ${MAX_DEPTH} levels deep`)
  try {
    const value: unknown = JSON.parse(text)
    const wrong = findUnsafe(value)
    return wrong === undefined ? ok(value) : err(wrong)
  } catch {
    return fault('', 'not JSON')
  }
}

const fault = (pointer: string, detail: string) => err({ pointer, detail })

const decode = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Deepest nesting, without parsing: brackets inside strings do not count. */
const depthOf = (text: string): number => {
  let depth = 0
  let deepest = 0
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index]
    if (char === '"') index = endOfString(text, index)
    else if (char === '{' || char === '[') deepest = Math.max(deepest, ++depth)
    else if (char === '}' || char === ']') depth -= 1
  }
  return deepest
}

const endOfString = (text: string, start: number): number => {
  let index = start + 1
  while (index < text.length && text[index] !== '"') index += text[index] === '\\' ? 2 : 1
  return index
}

/** The first thing in a parsed value that must not go further. */
export const findUnsafe = (value: unknown): InputFault | undefined => {
  const open: { value: unknown; pointer: string }[] = [{ value, pointer: '' }]
  for (let count = 0; ; count += 1) {
    const next = open.pop()
    if (next === undefined) return undefined
    if (count > MAX_VALUES) return { pointer: '', detail: `more than ${MAX_VALUES} values` }
    if (typeof next.value === 'string' && !isStorable(next.value))
      return { pointer: next.pointer, detail: 'has a character that cannot be stored' }
    if (typeof next.value !== 'object' || next.value === null) continue
    for (const [name, member] of Object.entries(next.value)) {
      const pointer = `${next.pointer}/${escapePointer(name)}`
      if (FORBIDDEN.has(name)) return { pointer, detail: 'a forbidden name' }
      if (!isStorable(name)) return { pointer: next.pointer, detail: 'has a name that cannot be stored' }
      open.push({ value: member, pointer })
    }
  }
}

/** PostgreSQL keeps no U+0000 and no half of a surrogate pair. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

/** One step of a JSON pointer (RFC 6901). Cut short, as a stranger chose it. */
export const escapePointer = (name: string): string =>
  name.slice(0, 60).toWellFormed().replaceAll('\0', '').replaceAll('~', '~0').replaceAll('/', '~1')
