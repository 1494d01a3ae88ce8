import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import ko from './ko.json'

export const LANGUAGES = ['ko', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: typeof ko }
    returnNull: false
    contextSeparator: '#'
  }
}

const STORED = 'dure.language'

/** Korean is in the first load; another language is fetched when it is asked for. */
const loadCatalogue = async (language: Language): Promise<void> => {
  if (language === 'ko' || i18next.hasResourceBundle(language, 'translation')) return
  const { default: catalogue } = await import('./en.json')
  i18next.addResourceBundle(language, 'translation', catalogue)
}

const isLanguage = (raw: string | null): raw is Language => LANGUAGES.some((one) => one === raw)

const chosen = (): Language => {
  const stored = localStorage.getItem(STORED)
  return isLanguage(stored) ? stored : 'ko'
}

/** Korean first whatever the browser says; a person's own choice stands above it. */
export const startLanguage = async (): Promise<void> => {
  await i18next.use(initReactI18next).init({
    lng: 'ko',
    // The field's words carry underscores, which would be read as contexts.
    contextSeparator: '#',
    fallbackLng: 'ko',
    resources: { ko: { translation: ko } },
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  })
  await setLanguage(chosen())
}

export const setLanguage = async (language: Language): Promise<void> => {
  await loadCatalogue(language)
  await i18next.changeLanguage(language)
  localStorage.setItem(STORED, language)
  document.documentElement.lang = language
}

export const currentLanguage = (): Language => (isLanguage(i18next.language) ? i18next.language : 'ko')
