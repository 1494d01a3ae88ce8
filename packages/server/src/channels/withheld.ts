/** Words of ours and of the answers we ask for; everything else somebody may have typed could be a patient's name. */
const OURS = /dure|두레|probe|수락|승낙|수용|가능|거절|거부|불가|전화|통화|아니오|ok|yes|no|call|번|네|예/gi

/**
 * An inbound text as it is kept: digits in groups of at most four and our own words; other letters become `·`, longer numbers
 * `#`. The log has to tell what was answered and whether somebody guesses, not what else was confided to it.
 */
export const withoutNames = (raw: string): string => {
  const text = raw.normalize('NFKC')
  if (/^DURE PROBE [0-9A-Z]{26}$/.test(text)) return text
  const kept: string[] = []
  let at = 0
  for (const match of text.matchAll(OURS)) {
    kept.push(masked(text.slice(at, match.index)), match[0])
    at = match.index + match[0].length
  }
  kept.push(masked(text.slice(at)))
  return [...kept.join('')].slice(0, 200).join('')
}

const masked = (part: string): string =>
  part
    .replace(/\d{7,}/g, '#')
    .replace(/\p{L}/gu, '·')
    .replace(/[^\x20-\x7e·]/g, '·')
