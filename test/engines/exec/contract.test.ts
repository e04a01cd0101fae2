import { engineContract } from '../contract.ts'
import { startExec } from './rig.ts'

engineContract('exec', startExec)
