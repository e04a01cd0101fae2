/** Whether secrets may go there: by https, or to this machine. Undefined is no URL that is wrong. */
export const secureUrl = (value: string | undefined): boolean =>
  value === undefined ||
  (URL.canParse(value) && /^https:|^http:\/\/(127\.\d+\.\d+\.\d+|\[::1\]|localhost)[:/]/.test(new URL(value).href))

export const secureUrlRule = 'must be an https URL, or an http one of this machine'
