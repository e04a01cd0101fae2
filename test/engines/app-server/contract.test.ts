import { says } from '../../support/upstream/answer.ts'
import { engineContract } from '../contract.ts'
import { startRig } from './rig.ts'

engineContract('app-server', () => startRig({ answer: says('Hello', ' from', ' upstream.') }))
