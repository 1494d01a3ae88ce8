import { useSyncExternalStore } from 'react'

/** Switches of this device, kept across visits. */
const DEFAULTS = { contrast: false, sound: true, shortcuts: true, masthead: false } as const
export type Setting = keyof typeof DEFAULTS

const listeners = new Set<() => void>()
const key = (name: Setting) => `dure.setting.${name}`

export const getSetting = (name: Setting): boolean => {
  const stored = localStorage.getItem(key(name))
  return stored === null ? DEFAULTS[name] : stored === 'on'
}

export const setSetting = (name: Setting, on: boolean): void => {
  localStorage.setItem(key(name), on ? 'on' : 'off')
  if (name === 'contrast') applyMode()
  for (const listener of listeners) listener()
}

/** Puts the KRDS mode on the root element; before the first paint, so that nothing flickers. */
export const applyMode = (): void => {
  document.documentElement.dataset.mode = getSetting('contrast') ? 'high-contrast' : 'light'
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useSetting = (name: Setting): boolean => useSyncExternalStore(subscribe, () => getSetting(name))
