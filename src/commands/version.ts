export { version } from '../config/version.ts'
