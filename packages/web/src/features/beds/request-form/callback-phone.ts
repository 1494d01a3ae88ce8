/** The number at which this desk is called back is nearly always the same: it is typed once. */
const key = (personId: string) => `dure.callback.${personId}`
export const rememberedPhone = (personId: string): string => localStorage.getItem(key(personId)) ?? ''
export const rememberPhone = (personId: string, phone: string): void => localStorage.setItem(key(personId), phone)
