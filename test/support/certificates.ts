import { execa } from 'execa'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A certificate authority in a folder, with certificates of its own. */
export interface Authority {
  /** The file of its certificate, and the text. */
  file: string
  text: string
  /** Makes a certificate for these names, such as `IP:127.0.0.1`. Returns its part of a nats-server's configuration. */
  certificate: (name: string, names: string) => Promise<string>
}

const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

/** An authority of one's own, made with openssl. */
export async function makeAuthority(folder: string, name: string): Promise<Authority> {
  const at = (file: string) => join(folder, file)
  const [file, key] = [at(`${name}.pem`), at(`${name}.key`)]
  await execa('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', file, '-days', '2', '-subj', `/CN=${name}`])
  return {
    file,
    text: await readFile(file, 'utf8'),
    async certificate(own, names) {
      const [ownFile, ownKey, request] = [at(`${own}.pem`), at(`${own}.key`), at(`${own}.csr`)]
      const wish = ['-subj', '/CN=nats', '-addext', `subjectAltName=${names}`]
      await execa('openssl', ['req', ...curve, '-keyout', ownKey, '-out', request, ...wish])
      const signing = ['-CA', file, '-CAkey', key, '-days', '2', '-copy_extensions', 'copy']
      await execa('openssl', ['x509', '-req', '-in', request, '-out', ownFile, ...signing])
      return `tls { cert_file: "${ownFile}", key_file: "${ownKey}" }`
    }
  }
}
