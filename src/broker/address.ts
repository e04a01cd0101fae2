/** Where the broker is and who connects. Texts, not files: they were read and checked with the settings. */
export interface BrokerAddress {
  servers: readonly string[]
  user?: string | undefined
  password?: string | undefined
  /** The text of a `.creds` file. */
  creds?: string | undefined
  /** A PEM text. */
  ca?: string | undefined
  tls: boolean
}
