import { fileURLToPath } from 'node:url'

/** Where Node keeps our code stripped of its types and compiled: four processes of one program start in half the time. */
export const COMPILE_CACHE = fileURLToPath(new URL('../../../../node_modules/.cache/dure', import.meta.url))
