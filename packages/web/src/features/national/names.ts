import { useTranslation } from 'react-i18next'

/** Short names of regions by their codes, joined. */
export const useSidoNames = () => {
  const { t } = useTranslation()
  return (codes: readonly string[]): string => codes.map((code) => t(`sido.${code as '28'}`)).join(', ')
}
