import { join } from 'node:path'
import { assetsIn } from '../api/page/assets.ts'
import type { Assets } from '../api/page/assets.ts'
import { packageFolder } from '../config/package-folder.ts'

/** Reads the page that was built, from `folder`, or where `npm run build` puts it; undefined where none was. */
export const builtPage = (folder = join(packageFolder, 'dist', 'page')): Assets | undefined => assetsIn(folder)
