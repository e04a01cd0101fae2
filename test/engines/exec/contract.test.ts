import { engineContract } from '../contract.ts'
import { startExecRig } from './rig.ts'

engineContract('exec', startExecRig)
