import { says } from '../../support/upstream/answer.ts'
import { engineContract } from '../contract.ts'
import { startAppServer } from './rig.ts'

engineContract('app-server', () => startAppServer({ answer: says('Hello', ' from', ' upstream.') }))
